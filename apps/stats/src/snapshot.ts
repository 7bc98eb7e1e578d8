import type { DeadLetterGroup, MinuteCount, Totals } from '@pipeline/db';

/** What is known of one partition; null is "not known". */
export interface PartitionStanding {
  readonly topic: string;
  readonly partition: number;
  /** What the group has committed. */
  readonly currentOffset: bigint | null;
  readonly endOffset: bigint | null;
  readonly lag: bigint | null;
  /** 0 without lag; else how long ago the last accounted record was sent. */
  readonly secondsBehind: number | null;
}

/** Everything that the statistics show, as it stood at one moment. */
export interface Snapshot {
  /** When the tables were read: RFC 3339, UTC. */
  readonly generatedAt: string;
  readonly totals: Totals;
  readonly minutes: readonly MinuteCount[];
  readonly deadLetterGroups: readonly DeadLetterGroup[];
  readonly partitions: readonly PartitionStanding[];
  /** Why Kafka's side is not known, or undefined when it is. */
  readonly kafkaProblem: string | undefined;
}
