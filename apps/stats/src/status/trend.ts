import type { Latency, StatsSample } from '@pipeline/db/read';
import { partitionName, type TopicPartition } from '@pipeline/kafka';
import { type PartitionStanding, type Snapshot, sumOf } from '../collect/snapshot.ts';

/** A sample of the history, with the part that only this process knows. */
export interface Sample extends StatsSample {
  /** The partitions that have a backlog, by their names. */
  readonly waiting: ReadonlyMap<string, Waiting>;
}

/** A partition that has a backlog. */
interface Waiting extends TopicPartition {
  /** Its committed offset. */
  readonly position: bigint;
}

/** Rates between samples; null if a counter is unknown or fell, because the topic was recreated. */
export interface Rates {
  /** Events stored per second. */
  readonly storedPerSecond: number | null;
  /** Records appended to the topic per second. */
  readonly producedPerSecond: number | null;
  /** Records committed by the group per second. */
  readonly consumedPerSecond: number | null;
}

/** How the numbers change, with the rates of the last minute. Unknown values are null, as after a start. */
export interface Trend extends Rates {
  /** Lag ÷ (consumed - produced); null if the lag does not shrink. */
  readonly etaSeconds: number | null;
  /** How long the lag has been growing; 0 if it is not. */
  readonly growingSeconds: number;
  /** Partitions with a backlog whose committed offset does not move, and for how long. */
  readonly stuck: readonly (TopicPartition & { readonly seconds: number })[];
}

/** The period that the trend is computed over. */
export const KEPT_MINUTES = 10;
const KEPT_MS = KEPT_MINUTES * 60_000;
const RATE_MS = 60_000;

/** The sample of a snapshot. */
export function toSample(
  { generatedAt, totals, partitions }: Snapshot,
  latency: Latency | null = null,
): Sample {
  const behind = partitions.map(({ secondsBehind }) => secondsBehind);
  const isKnown = behind.length > 0 && behind.every((seconds) => seconds !== null);
  return {
    atMs: Date.parse(generatedAt),
    stored: totals.stored,
    openDeadLetters: totals.openDeadLetters,
    secondsBehind: isKnown ? Math.max(...behind) : null,
    latency,
    lag: sumOf(partitions.map(({ lag }) => lag)),
    end: sumOf(partitions.map(({ endOffset }) => endOffset)),
    waiting: new Map(partitions.flatMap(positionOf)),
  };
}

function positionOf(standing: PartitionStanding): readonly (readonly [string, Waiting])[] {
  const { topic, partition, endOffset, lag } = standing;
  if (endOffset === null || lag === null || lag === 0n) return [];
  return [[partitionName(standing), { topic, partition, position: endOffset - lag }]];
}

/**
 * The samples of the last ten minutes, the newest last. After the clock was set back, later ones are dropped.
 */
export function addSample(samples: readonly Sample[], newest: Sample): readonly Sample[] {
  return [...samples.filter(({ atMs }) => atMs > newest.atMs - KEPT_MS && atMs < newest.atMs), newest];
}

/** Computes the trend from samples, the oldest first. */
export function trendOf(samples: readonly Sample[]): Trend {
  const newest = samples.at(-1);
  const recent = samples.filter(({ atMs }) => newest !== undefined && atMs >= newest.atMs - RATE_MS);
  const lag = newest?.lag ?? null;
  const rates = ratesOf(recent);
  const { producedPerSecond, consumedPerSecond } = rates;
  const shrinking =
    consumedPerSecond === null || producedPerSecond === null ? 0 : consumedPerSecond - producedPerSecond;
  return {
    ...rates,
    etaSeconds: lag === 0n ? 0 : lag !== null && shrinking > 0 ? Number(lag) / shrinking : null,
    growingSeconds: shrinking < 0 ? secondsSinceMinimum(samples) : 0,
    stuck: newest === undefined ? [] : findStuck(samples, newest),
  };
}

/** Rates from the oldest to the newest sample. */
export function ratesOf(samples: readonly StatsSample[]): Rates {
  return {
    storedPerSecond: rateOf(samples, ({ stored }) => stored),
    producedPerSecond: rateOf(samples, ({ end }) => end),
    consumedPerSecond: rateOf(samples, ({ end, lag }) => (end === null || lag === null ? null : end - lag)),
  };
}

type Counter = (sample: StatsSample) => bigint | null;

interface Point {
  readonly atMs: number;
  readonly value: bigint;
}

/** The known values of a number over time. */
function pointsOf(samples: readonly StatsSample[], pick: Counter): readonly Point[] {
  return samples.flatMap((sample) => {
    const value = pick(sample);
    return value === null ? [] : [{ atMs: sample.atMs, value }];
  });
}

function rateOf(samples: readonly StatsSample[], pick: Counter): number | null {
  const points = pointsOf(samples, pick);
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || last.atMs === first.atMs) return null;
  const change = Number(last.value - first.value);
  return change < 0 ? null : (change * 1_000) / (last.atMs - first.atMs);
}

/** A rise above the minimum by less than this fraction (1/20) of the total growth is noise. */
const NOISE_DIVISOR = 20n;

/** A fluctuating lag was near its minimum a moment ago, a growing one long ago. */
function secondsSinceMinimum(samples: readonly Sample[]): number {
  const points = pointsOf(samples, ({ lag }) => lag);
  const last = points.at(-1);
  if (last === undefined) return 0;
  const [minimum = last.value] = points
    .map(({ value }) => value)
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const floor = minimum + (last.value - minimum) / NOISE_DIVISOR;
  const since = points.findLast(({ value }) => value <= floor) ?? last;
  return (last.atMs - since.atMs) / 1_000;
}

function findStuck(samples: readonly Sample[], newest: Sample): Trend['stuck'] {
  return [...newest.waiting].flatMap(([name, { topic, partition, position }]) => {
    const before = samples.findLastIndex(({ waiting }) => waiting.get(name)?.position !== position);
    const since = samples[before + 1]?.atMs ?? newest.atMs;
    return since === newest.atMs ? [] : [{ topic, partition, seconds: (newest.atMs - since) / 1_000 }];
  });
}
