import { partitionName, type TopicPartition } from '../topic-partition.ts';
import type { ClusterAdmin } from './admin.ts';

/** A place in a log: an offset, or the first record from a time on. */
export type Position = bigint | Date;

/** The offset of a position in a partition; undefined if there is no position, or no record from its time on. */
export type OffsetOf = (partition: TopicPartition) => bigint | undefined;

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
