import type { Newest } from '@pipeline/db';

/** The newest events, and how many others were stored since the look before. */
export interface Tail {
  /** The newest first. */
  readonly events: Newest['events'];
  /** Null when it is not known, as at the first look. */
  readonly skipped: bigint | null;
}

/** When was looked, and how many events were stored then. */
interface Moment {
  readonly atMs: number;
  readonly stored: bigint;
}

/** A tail shows some: the rest is counted. */
export function tailOf(newest: Newest | null, before: Moment | undefined, now: Moment): Tail {
  const events = newest?.events ?? [];
  if (before === undefined || now.stored < before.stored) return { events, skipped: null };
  const shown = events.filter(({ storedAt }) => Date.parse(storedAt) > before.atMs).length;
  const skipped = now.stored - before.stored - BigInt(shown);
  return { events, skipped: skipped < 0n ? 0n : skipped };
}
