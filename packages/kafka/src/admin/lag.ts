/** How far a group is behind the end of a partition. */
export interface Lag {
  /** The committed offset; null if the group has never committed. */
  readonly current: bigint | null;
  /** The offset that the group reads next: the log start if it is later, or nothing was committed. */
  readonly from: bigint;
  readonly end: bigint;
  readonly lag: bigint;
}

interface Offsets {
  readonly logStart: bigint;
  readonly logEnd: bigint;
  readonly committed: bigint | undefined;
}

/** The lag of one partition: the offsets from the one that the group reads next to the end. */
export function lagOf({ logStart, logEnd, committed }: Offsets): Lag {
  const from = committed === undefined || committed < logStart ? logStart : committed;
  const lag = logEnd - from;
  return { current: committed ?? null, from, end: logEnd, lag: lag < 0n ? 0n : lag };
}
