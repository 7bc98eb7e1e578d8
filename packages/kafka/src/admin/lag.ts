/** How far a group is behind the end of a partition. */
export interface Lag {
  /** The committed offset; null if the group has never committed. */
  readonly current: bigint | null;
  readonly end: bigint;
  readonly lag: bigint;
}

interface Offsets {
  readonly logStart: bigint;
  readonly logEnd: bigint;
  readonly committed: bigint | undefined;
}

/**
 * The lag of one partition: the offsets from the committed one to the end. Counts from the log start if that
 * is later (retention) or if nothing was committed.
 */
export function lagOf({ logStart, logEnd, committed }: Offsets): Lag {
  const from = committed === undefined || committed < logStart ? logStart : committed;
  const lag = logEnd - from;
  return { current: committed ?? null, end: logEnd, lag: lag < 0n ? 0n : lag };
}
