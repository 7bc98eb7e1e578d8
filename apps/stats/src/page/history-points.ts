import { type Latency, SLOT_SECONDS, type StepSample } from '@pipeline/db/read';

/** A point of the charts over time; unknown values are null. */
export interface HistoryPoint {
  /** RFC 3339, UTC. */
  readonly at: string;
  /** The maximum since the previous point. */
  readonly lag: bigint | null;
  readonly secondsBehind: number | null;
  /** Messages per second since the previous point, like the next two. */
  readonly producedPerSecond: number | null;
  readonly consumedPerSecond: number | null;
  readonly storedPerSecond: number | null;
  readonly openDeadLetters: bigint;
  readonly latency: Latency | null;
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
    return {
      at: new Date(sample.atMs).toISOString(),
      lag: sample.mostLag,
      secondsBehind: sample.secondsBehind,
      ...(isNext ? ratesOf(before, sample) : noRates),
      openDeadLetters: sample.openDeadLetters,
      latency: sample.latency,
    };
  });
}

/** A gap has no rate: a mean over it would hide peaks. */
const noRates = { producedPerSecond: null, consumedPerSecond: null, storedPerSecond: null };

function ratesOf(before: StepSample, after: StepSample) {
  const seconds = (after.atMs - before.atMs) / 1_000;
  const rate = (pick: (sample: StepSample) => bigint | null) => {
    const [from, to] = [pick(before), pick(after)];
    // A counter only falls if the topic was recreated.
    return from === null || to === null || to < from ? null : Number(to - from) / seconds;
  };
  return {
    producedPerSecond: rate(({ end }) => end),
    consumedPerSecond: rate(({ end, lag }) => (end === null || lag === null ? null : end - lag)),
    storedPerSecond: rate(({ stored }) => stored),
  };
}
