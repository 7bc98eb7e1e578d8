import { setTimeout as sleep } from 'node:timers/promises';

/** How fast to publish. */
export interface Pace {
  /** Records a second; 0 is as fast as it can. */
  readonly rate: number;
  /** Records in all. */
  readonly count: number;
}

/** So often it is looked what is due. */
export const TICK_MS = 10;

/** The most records that are made at once. */
export const BATCH = 2_000;

/**
 * How many records are due now. Counted from the start, so that a late tick is made up for and nothing drifts.
 * @param elapsedMs since the start
 * @param made records made so far
 */
export function dueNow({ rate, count }: Pace, elapsedMs: number, made: number): number {
  const wanted = rate === 0 ? count : Math.min(count, Math.floor((elapsedMs * rate) / 1_000) + 1);
  return Math.max(0, Math.min(BATCH, wanted - made));
}

/** What there is at a pace: batches are cut where no more is due, and after the last of the count, until the signal says stop. */
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
