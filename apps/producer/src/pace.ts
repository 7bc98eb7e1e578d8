import { setTimeout as sleep } from 'node:timers/promises';

/** The rate and number of records to publish. */
export interface Pace {
  /** Records per second; 0 is unlimited. */
  readonly rate: number;
  /** Records in all. */
  readonly count: number;
}

/** Interval between checks for due records, in milliseconds. */
export const TICK_MS = 10;

/** Maximum records per batch. */
export const BATCH = 2_000;

/**
 * The number of records due now, computed from the start so that late ticks cause no drift.
 * @param elapsedMs since the start
 * @param made records made so far
 */
export function dueNow({ rate, count }: Pace, elapsedMs: number, made: number): number {
  const wanted = rate === 0 ? count : Math.min(count, Math.floor((elapsedMs * rate) / 1_000) + 1);
  return Math.max(0, Math.min(BATCH, wanted - made));
}

/**
 * Limits batches to a pace: splits them as records become due, until the count is reached or the signal is
 * aborted.
 */
export async function* atPace<Item>(
  batches: AsyncIterable<readonly Item[]>,
  pace: Pace,
  signal: AbortSignal,
): AsyncGenerator<readonly Item[]> {
  const start = performance.now();
  let made = 0;
  for await (let rest of batches) {
    while (rest.length > 0 && made < pace.count && !signal.aborted) {
      const due = rest.slice(0, dueNow(pace, performance.now() - start, made));
      if (due.length > 0) yield due;
      else await sleep(TICK_MS);
      made += due.length;
      rest = rest.slice(due.length);
    }
    if (made >= pace.count) return;
  }
}
