/** What became of the offsets of a partition; every one is counted once. */
export type Tally = Readonly<Record<Count, number>>;

const counts = [
  /** Stored exactly as sent. */
  'stored',
  /** The event of an earlier record. */
  'duplicates',
  /** Duplicates whose content differs from that of the stored event. */
  'conflicting',
  'deadLetters',
  'purged',
  'missing',
  'different',
  /** Records before the ledger's start that are not stored: the consumer started after them. */
  'beforeLedger',
  /** Records that the sample leaves out. */
  'unsampled',
  /** Records that are no events by design. */
  'noEvents',
  'markers',
  'aborted',
  /** Offsets of batches that cannot be read. */
  'unreadable',
  /** Offsets that were deleted while the topic was read. */
  'expired',
  /** Offsets without a record, for example because the topic is compacted. */
  'empty',
  /** Part of `stored` and `duplicates`: only one of record and row has attributes. */
  'attributesNotCompared',
  /** Part of `conflicting`: differs from its row, and may repeat the id of a record that was not read. */
  'possibleConflicts',
] as const;

type Count = (typeof counts)[number];

/** A tally whose other counts are 0. */
export function tallyOf(known: Partial<Tally>): Tally {
  return Object.fromEntries(counts.map((name) => [name, known[name] ?? 0])) as Tally;
}

export function addTallies(all: readonly Partial<Tally>[]): Tally {
  const sum = (name: Count) => all.reduce((total, one) => total + (one[name] ?? 0), 0);
  return tallyOf(Object.fromEntries(counts.map((name) => [name, sum(name)])));
}

/** Number of records that a consumer gets. */
export function recordsIn(tally: Tally): number {
  return accountableIn(tally) + tally.noEvents;
}

/** Number of records that are stored events, duplicates or dead letters, or should be. */
export function accountableIn(tally: Tally): number {
  const { stored, duplicates, conflicting, deadLetters, purged, missing, different } = tally;
  const judged = stored + duplicates + conflicting + deadLetters + purged + missing + different;
  return judged + tally.beforeLedger + tally.unsampled;
}
