import type { Overview } from '@pipeline/db/read';

/** The state of one partition; null is unknown. */
export interface PartitionStanding {
  readonly topic: string;
  readonly partition: number;
  /** The committed offset of the group. */
  readonly currentOffset: bigint | null;
  readonly endOffset: bigint | null;
  readonly lag: bigint | null;
  /** 0 without lag; otherwise the age of the last accounted record. */
  readonly secondsBehind: number | null;
}

/** All statistics at one moment. */
export interface Snapshot extends Omit<Overview, 'readAt' | 'ledger'> {
  /** Time of reading the tables: RFC 3339, UTC. */
  readonly generatedAt: string;
  readonly partitions: readonly PartitionStanding[];
  /** Why Kafka's data is unknown, or undefined if it is known. */
  readonly kafkaProblem: string | undefined;
}

/** The sum; null if a number is unknown, or there is none. */
export function sumOf(numbers: readonly (bigint | null)[]): bigint | null {
  if (numbers.length === 0) return null;
  return numbers.reduce<bigint | null>((sum, one) => (sum === null || one === null ? null : sum + one), 0n);
}
