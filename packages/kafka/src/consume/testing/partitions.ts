import type { TopicPartition } from '../../topic-partition.ts';

/** A partition of the topic `events`. */
export const at = (partition: number): TopicPartition => ({ topic: 'events', partition });

/** Partitions of the topic `events`. */
export const events = (...partitions: readonly number[]): readonly TopicPartition[] => partitions.map(at);
