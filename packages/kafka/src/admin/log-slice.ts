import type { UnreadableBatch } from '../consume/unreadable.ts';
import type { KafkaRecord } from '../record.ts';
import type { TopicPartition } from '../topic-partition.ts';

/** Offsets of a partition from `start` to before `end`. */
export interface LogRange extends TopicPartition {
  readonly start: bigint;
  readonly end: bigint;
}

/** Consecutive offsets of a partition, from `start` to before `end`. Apart from `read-range.ts`, as `tail-options.ts`. */
export interface LogSlice {
  readonly start: bigint;
  readonly end: bigint;
  /** The records that a consumer gets. */
  readonly records: readonly KafkaRecord[];
  /** Number of transaction markers. */
  readonly markers: number;
  /** Number of records of aborted transactions. */
  readonly aborted: number;
  /** The batch of these offsets, if it cannot be read; there are no records then. */
  readonly unreadable?: UnreadableBatch | undefined;
}
