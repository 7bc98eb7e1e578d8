import type { Newest, StatsSample } from '@pipeline/db/read';

/** The newest events, and the number of others stored since the previous snapshot. */
export interface Tail {
  /** The newest first. */
  readonly events: Newest['events'];
  /** Null if unknown, as for the first snapshot. */
  readonly skipped: bigint | null;
}

type Moment = Pick<StatsSample, 'atMs' | 'stored'>;

/** Counts the events that were stored since the previous snapshot and are not among the newest ones. */
export function tailOf(newest: Newest | null, before: Moment | undefined, now: Moment): Tail {
  const events = newest?.events ?? [];
  if (before === undefined || now.stored < before.stored) return { events, skipped: null };
  const shown = events.filter(({ storedAt }) => Date.parse(storedAt) > before.atMs).length;
  const skipped = now.stored - before.stored - BigInt(shown);
  return { events, skipped: skipped < 0n ? 0n : skipped };
}
