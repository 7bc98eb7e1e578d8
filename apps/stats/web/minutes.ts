import type { Report } from '../src/report.ts';
import { getJson } from './api.ts';

export type Minute = Report['minutes'][number];

let known = new Map<string, Minute>();

/** Takes in counts; newer ones of the same minute and type take the place of older ones. */
export function addMinutes(minutes: readonly Minute[]): void {
  for (const one of minutes) known.set(`${one.minute} ${one.eventType}`, one);
}

/** The counts of the last so many minutes until now; older ones are forgotten. */
export function minutesOf(range: number, nowMs: number): readonly Minute[] {
  const fromMs = nowMs - range * 60_000;
  known = new Map([...known].filter(([, { minute }]) => Date.parse(minute) > fromMs));
  return [...known.values()].filter(({ minute }) => Date.parse(minute) <= nowMs);
}

/**
 * Asks for the whole range: late events may have changed any minute of it.
 * @throws Refusal
 */
export async function fetchMinutes(range: number): Promise<void> {
  const { minutes } = await getJson<{ minutes: readonly Minute[] }>(`/api/minutes?minutes=${range}`);
  // What was purged meanwhile is not among them.
  known = new Map();
  addMinutes(minutes);
}
