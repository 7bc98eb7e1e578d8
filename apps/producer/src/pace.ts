/** How fast to publish. */
export interface Pace {
  /** Records a second; 0 is as fast as it can. */
  readonly rate: number;
  /** Records in all. */
  readonly count: number;
}

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
