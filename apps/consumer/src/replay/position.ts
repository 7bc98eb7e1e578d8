import { type ClusterAdmin, partitionName, type TopicPartition } from '@pipeline/kafka';
import { invalidArgument, readTime } from '@pipeline/program';

/** A place in a log: an offset, or the first record from a time on. */
export type Position = bigint | Date;

/** The offset of a position in a partition; undefined if there is no position. */
export type OffsetOf = (partition: TopicPartition) => bigint | undefined;

/** @throws InvalidArgumentError */
export function parsePosition(text: string): Position {
  const position = /^\d{1,18}$/.test(text) ? BigInt(text) : readTime(text);
  if (position === undefined)
    throw invalidArgument('Expected an offset, or a time such as 2026-11-24T09:30:00Z.');
  return position;
}

/** Looks a position up in every partition of some topics. @throws kafkajs's error */
export async function resolvePosition(
  admin: Pick<ClusterAdmin, 'fetchOffsetsAt'>,
  topics: readonly string[],
  position: Position | undefined,
): Promise<OffsetOf> {
  if (!(position instanceof Date)) return () => position;
  const found = new Map<string, bigint>();
  for (const topic of topics) {
    const offsets = await admin.fetchOffsetsAt(topic, position.getTime());
    for (const [partition, offset] of offsets) found.set(partitionName({ topic, partition }), offset);
  }
  return (partition) => found.get(partitionName(partition));
}
