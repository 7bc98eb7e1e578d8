import type { PartitionStanding, Snapshot } from './snapshot.ts';

/** What the trend needs of a look; null is "not known". */
export interface Sample {
  readonly atMs: number;
  readonly stored: bigint;
  readonly lag: bigint | null;
  /** The sum of the ends of the log. */
  readonly end: bigint | null;
  /** The committed offset, by partition, where records wait behind it. */
  readonly waiting: ReadonlyMap<number, bigint>;
}

/** How the numbers change. Null is "not known", as after a start. */
export interface Trend {
  /** Events a second over the last minute. */
  readonly storedPerSecond: number | null;
  /** Records a second that came into the topic. */
  readonly producedPerSecond: number | null;
  /** Records a second that the group has committed. */
  readonly consumedPerSecond: number | null;
  /** Lag ÷ (consumed - produced); null when the lag does not shrink. */
  readonly etaSeconds: number | null;
  /** How long the lag has grown; 0 when it does not. */
  readonly growingSeconds: number;
  /** Partitions with records to read whose committed offset has not moved, and for how long. */
  readonly stuck: readonly { readonly partition: number; readonly seconds: number }[];
}

/** So far back goes the trend. */
export const KEPT_MINUTES = 10;
const KEPT_MS = KEPT_MINUTES * 60_000;
const RATE_MS = 60_000;

/** What is remembered of a look. */
export function toSample({ generatedAt, totals, partitions }: Snapshot): Sample {
  return {
    atMs: Date.parse(generatedAt),
    stored: totals.stored,
    lag: sumOf(partitions.map(({ lag }) => lag)),
    end: sumOf(partitions.map(({ endOffset }) => endOffset)),
    waiting: new Map(partitions.flatMap(positionOf)),
  };
}

function sumOf(numbers: readonly (bigint | null)[]): bigint | null {
  if (numbers.length === 0) return null;
  return numbers.reduce<bigint | null>((sum, one) => (sum === null || one === null ? null : sum + one), 0n);
}

function positionOf({ partition, endOffset, lag }: PartitionStanding): readonly [number, bigint][] {
  return endOffset === null || lag === null || lag === 0n ? [] : [[partition, endOffset - lag]];
}

/** The samples of the last ten minutes, the newest one last; a clock that was set back begins anew. */
export function addSample(samples: readonly Sample[], newest: Sample): readonly Sample[] {
  return [...samples.filter(({ atMs }) => atMs > newest.atMs - KEPT_MS && atMs < newest.atMs), newest];
}

/** What the samples, the oldest first, say together. */
export function trendOf(samples: readonly Sample[]): Trend {
  const newest = samples.at(-1);
  const recent = samples.filter(({ atMs }) => newest !== undefined && atMs >= newest.atMs - RATE_MS);
  const lag = newest?.lag ?? null;
  const producedPerSecond = rateOf(recent, ({ end }) => end);
  const consumedPerSecond = rateOf(recent, consumedOf);
  const shrinking =
    consumedPerSecond === null || producedPerSecond === null ? 0 : consumedPerSecond - producedPerSecond;
  return {
    storedPerSecond: rateOf(recent, ({ stored }) => stored),
    producedPerSecond,
    consumedPerSecond,
    etaSeconds: lag === 0n ? 0 : lag !== null && shrinking > 0 ? Number(lag) / shrinking : null,
    growingSeconds: shrinking < 0 ? secondsSinceLeast(samples) : 0,
    stuck: newest === undefined ? [] : findStuck(samples, newest),
  };
}

const consumedOf = ({ end, lag }: Sample) => (end === null || lag === null ? null : end - lag);

interface Point {
  readonly atMs: number;
  readonly value: bigint;
}

/** A number over time, where it is known. */
function pointsOf(samples: readonly Sample[], pick: (sample: Sample) => bigint | null): readonly Point[] {
  return samples.flatMap((sample) => {
    const value = pick(sample);
    return value === null ? [] : [{ atMs: sample.atMs, value }];
  });
}

/** The change per second from the oldest to the newest; a counter that fell says nothing. */
function rateOf(samples: readonly Sample[], pick: (sample: Sample) => bigint | null): number | null {
  const points = pointsOf(samples, pick);
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || last.atMs === first.atMs) return null;
  const change = Number(last.value - first.value);
  return change < 0 ? null : (change * 1_000) / (last.atMs - first.atMs);
}

/** Where a lag goes up and down, a twentieth of its growth is none yet. */
const WOBBLE = 20n;

/** A lag that goes up and down was near its least a moment ago; one that grows, long ago. */
function secondsSinceLeast(samples: readonly Sample[]): number {
  const points = pointsOf(samples, ({ lag }) => lag);
  const last = points.at(-1);
  if (last === undefined) return 0;
  const [least = last.value] = points.map(({ value }) => value).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const floor = least + (last.value - least) / WOBBLE;
  const since = points.findLast(({ value }) => value <= floor) ?? last;
  return (last.atMs - since.atMs) / 1_000;
}

function findStuck(samples: readonly Sample[], newest: Sample): Trend['stuck'] {
  return [...newest.waiting].flatMap(([partition, position]) => {
    const before = samples.findLastIndex(({ waiting }) => waiting.get(partition) !== position);
    const since = samples[before + 1]?.atMs ?? newest.atMs;
    return since === newest.atMs ? [] : [{ partition, seconds: (newest.atMs - since) / 1_000 }];
  });
}
