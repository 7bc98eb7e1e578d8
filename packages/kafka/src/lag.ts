/** How far a group is behind the end of a partition; null is "not known", and is never 0. */
export interface Lag {
  /** Null when the group has never committed. */
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
 * The lag of one partition: the records from the committed offset, or from the start of the log where that is later
 * (retention took the rest) or where nothing was committed, to the end.
 */
export function lagOf({ logStart, logEnd, committed }: Offsets): Lag {
  const from = committed === undefined || committed < logStart ? logStart : committed;
  const lag = logEnd - from;
  return { current: committed ?? null, end: logEnd, lag: lag < 0n ? 0n : lag };
}

/** The sum of what is known, and whether all of it is known. */
export function sumLag(lags: readonly (bigint | null)[]): {
  readonly known: bigint;
  readonly isWhole: boolean;
} {
  const known = lags.filter((lag) => lag !== null);
  return { known: known.reduce((sum, lag) => sum + lag, 0n), isWhole: known.length === lags.length };
}
