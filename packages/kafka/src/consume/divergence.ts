import { lowest } from '@pipeline/runtime';

/** The end of a leader epoch in a log: its offsets, and those of earlier epochs, are lower. */
export interface EpochEnd {
  readonly epoch: number;
  readonly endOffset: bigint;
}

/** The offset from which on records of a leader epoch were read; those from it to the first one hold none. */
export interface EpochStart {
  readonly epoch: number;
  readonly offset: bigint;
}

/** What is known of the log that a ledger accounts for, up to its next offset. */
export interface LogTail {
  /** Leader epoch of the last offset; undefined if it is unknown. */
  readonly epoch?: number | undefined;
  /** The latest leader epochs, in ascending order. */
  readonly epochs: readonly EpochStart[];
  /** The last record, and a hash that identifies it; undefined if it is unknown. */
  readonly record?: { readonly offset: bigint; readonly hash: string } | undefined;
}

/**
 * Returns the end of the latest epoch of a log that is not later than the given one (Kafka's
 * OffsetForLeaderEpoch); undefined if the log has none, or cannot be asked.
 */
export type FindEpochEnd = (epoch: number) => Promise<EpochEnd | undefined>;

/**
 * Finds the first offset at which a log may differ from the one that was read up to `nextOffset`. One epoch
 * has one leader, and therefore one log: the logs are equal up to the end of the latest epoch that both have.
 * @returns `nextOffset` if they do not differ below it; undefined if they have no known epoch in common
 */
export async function findDivergence(
  { epoch, epochs }: LogTail,
  nextOffset: bigint,
  findEpochEnd: FindEpochEnd,
): Promise<bigint | undefined> {
  for (let asked = epoch; asked !== undefined; ) {
    const found = await findEpochEnd(asked);
    if (found === undefined) return undefined;
    const common = epochs.findLast((one) => one.epoch <= found.epoch);
    if (common?.epoch === found.epoch) {
      const next = epochs[epochs.indexOf(common) + 1];
      return lowest(found.endOffset, next?.offset ?? nextOffset);
    }
    asked = common?.epoch;
  }
  return undefined;
}

/**
 * The leader epoch of the offset before a position, which may be below the ledger: records are read again up to
 * it. Undefined if it is unknown.
 */
export function epochBefore(
  { epoch, epochs }: LogTail,
  position: bigint,
  nextOffset: bigint,
): number | undefined {
  if (position === nextOffset) return epoch;
  return epochs.findLast(({ offset }) => offset < position)?.epoch;
}
