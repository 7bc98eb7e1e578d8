import type { Report } from '../../src/page/report.ts';
import { getJson } from '../api.ts';

export type Minute = Report['minutes'][number];

let known = new Map<string, Minute>();

/** Adds counts; newer ones replace older ones of the same minute and type. */
export function addMinutes(minutes: readonly Minute[]): void {
  for (const one of minutes) known.set(`${one.minute} ${one.eventType}`, one);
}

/** The counts of the latest `range` minutes; older ones are dropped. */
export function minutesOf(range: number, nowMs: number): readonly Minute[] {
  const fromMs = nowMs - range * 60_000;
  known = new Map([...known].filter(([, { minute }]) => Date.parse(minute) > fromMs));
  return [...known.values()].filter(({ minute }) => Date.parse(minute) <= nowMs);
}

/**
 * Fetches the whole range again: late events may have changed any minute of it, and purged minutes must go.
 * @throws Error with one line for the user
 */
export async function fetchMinutes(range: number): Promise<void> {
  const { minutes } = await getJson<{ minutes: readonly Minute[] }>(`api/minutes?minutes=${range}`);
  known = new Map();
  addMinutes(minutes);
}
