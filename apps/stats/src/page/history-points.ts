import { SLOT_SECONDS, type StatsSample, type StepSample } from '@pipeline/db/read';
import { type Rates, ratesOf } from '../status/trend.ts';

/**
 * A point of the charts over time, with the maximum lag and the rates since the previous one; unknown values are
 * null.
 */
export interface HistoryPoint
  extends Rates,
    Pick<StatsSample, 'lag' | 'secondsBehind' | 'openDeadLetters' | 'latency'> {
  /** RFC 3339, UTC. */
  readonly at: string;
}

/** More points than this would not be visible in a chart. */
const MAX_POINTS = 360;

/** The seconds between two points, a multiple of `SLOT_SECONDS`. */
export function stepFor(minutes: number): number {
  const seconds = Math.ceil((minutes * 60) / MAX_POINTS);
  return Math.ceil(seconds / SLOT_SECONDS) * SLOT_SECONDS;
}

/** The points of samples; both have the oldest first. */
export function toPoints(samples: readonly StepSample[], stepSeconds: number): readonly HistoryPoint[] {
  return samples.map((sample, index) => {
    const before = samples[index - 1];
    const isNext = before !== undefined && sample.atMs - before.atMs < 3_000 * stepSeconds;
    // A gap has no rate: a mean over it would hide peaks.
    const rates = ratesOf(isNext ? [before, sample] : []);
    const { atMs, mostLag: lag, secondsBehind, openDeadLetters, latency } = sample;
    return { at: new Date(atMs).toISOString(), lag, secondsBehind, ...rates, openDeadLetters, latency };
  });
}
