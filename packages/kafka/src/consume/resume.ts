import type { LogTail } from './divergence.ts';

/** How far the database accounts for a partition. */
export interface Ledger {
  /** Everything below is accounted for. */
  readonly nextOffset: bigint;
  /** What the ledger has kept of the log; undefined if that is out of date. */
  readonly tail?: LogTail | undefined;
  /** It described a former topic of the same name, and starts over with the recreated one. */
  readonly isRestarted: boolean;
}

/**
 * The bounds of a partition's log, the group's committed offset (undefined if there is none) and the
 * ledger's.
 */
export interface PartitionPosition {
  readonly logStart: bigint;
  readonly logEnd: bigint;
  readonly committed: bigint | undefined;
  readonly ledger: bigint;
}

/**
 * The position at which reading a partition resumes: the lower of Kafka's committed offset and the ledger. A
 * ledger that is behind means that the database was restored to an older state; a group that is behind means
 * a replay, which is harmless. Never below the log start: offsets removed by retention are counted as
 * skipped. A position beyond the log end belongs to a former topic of this name; the recreated one is read
 * from its start.
 */
export function resumeOffset({ logStart, logEnd, committed, ledger }: PartitionPosition): bigint {
  const group = committed ?? logStart;
  const lower = ledger < group ? ledger : group;
  return lower < logStart || lower > logEnd ? logStart : lower;
}
