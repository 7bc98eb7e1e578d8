import { type ClusterAdmin, partitionName, type TopicPartition } from '@pipeline/kafka';
import { invalidArgument } from '@pipeline/program';
import { readTime } from '../terminal/read-time.ts';

/** A place in a log: an offset, or the first record from a time on. */
export type Position = bigint | Date;

/** @throws InvalidArgumentError */
export function parsePosition(text: string): Position {
  if (/^\d{1,18}$/.test(text)) return BigInt(text);
  const time = readTime(text);
  if (time !== undefined) return time;
  throw invalidArgument('Expected an offset, or a time such as 2026-11-24T09:30:00Z.');
}

/** Resolves a position in every partition of some topics; undefined if it has none. */
export async function resolvePosition(
  admin: Pick<ClusterAdmin, 'fetchOffsetsAt'>,
  topics: readonly string[],
  position: Position | undefined,
): Promise<(partition: TopicPartition) => bigint | undefined> {
  if (position === undefined || typeof position === 'bigint') return () => position;
  const found = await Promise.all(
    topics.map(async (topic) => {
      const offsets = await admin.fetchOffsetsAt(topic, position.getTime());
      return [...offsets].map(
        ([partition, offset]) => [partitionName({ topic, partition }), offset] as const,
      );
    }),
  );
  const offsets = new Map(found.flat());
  return (partition) => offsets.get(partitionName(partition));
}
