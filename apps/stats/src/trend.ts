import type { Snapshot } from './snapshot.ts';

/** What the trend needs of a look: nothing is known of a partition without Kafka. */
export interface Sample {
  readonly atMs: number;
  readonly stored: bigint;
  readonly partitions: readonly {
    readonly partition: number;
    readonly lag: bigint | null;
    readonly endOffset: bigint | null;
  }[];
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

const KEPT_MS = 10 * 60_000;
const RATE_MS = 60_000;

/** What is remembered of a look. */
export function toSample({ generatedAt, totals, partitions }: Snapshot): Sample {
  return { atMs: Date.parse(generatedAt), stored: totals.stored, partitions };
}

/** The samples of the last ten minutes, the newest one last; a clock that was set back begins anew. */
export function addSample(samples: readonly Sample[], newest: Sample): readonly Sample[] {
  return [...samples.filter(({ atMs }) => atMs > newest.atMs - KEPT_MS && atMs < newest.atMs), newest];
}

/** What the samples, the oldest first, say together. */
export function trendOf(samples: readonly Sample[]): Trend {
  const newest = samples.at(-1);
  const recent = samples.filter(({ atMs }) => newest !== undefined && atMs >= newest.atMs - RATE_MS);
  const lag = newest === undefined ? null : sumOf(newest, 'lag');
  const producedPerSecond = rateOf(recent, (sample) => sumOf(sample, 'endOffset'));
  const consumedPerSecond = rateOf(recent, consumedOf);
  const shrinking = (consumedPerSecond ?? 0) - (producedPerSecond ?? 0);
  return {
    storedPerSecond: rateOf(recent, ({ stored }) => stored),
    producedPerSecond,
    consumedPerSecond,
    etaSeconds: lag === 0n ? 0 : lag !== null && shrinking > 0 ? Number(lag) / shrinking : null,
    growingSeconds: shrinking < 0 ? secondsSinceLeast(samples) : 0,
    stuck: newest === undefined ? [] : findStuck(samples, newest),
  };
}

function sumOf({ partitions }: Sample, name: 'lag' | 'endOffset'): bigint | null {
  if (partitions.length === 0) return null;
  return partitions.reduce<bigint | null>((sum, one) => add(sum, one[name]), 0n);
}

const add = (a: bigint | null, b: bigint | null) => (a === null || b === null ? null : a + b);

function consumedOf(sample: Sample): bigint | null {
  const [end, lag] = [sumOf(sample, 'endOffset'), sumOf(sample, 'lag')];
  return end === null || lag === null ? null : end - lag;
}

/** The change per second from the oldest sample that has the number to the newest; a counter that fell says nothing. */
function rateOf(samples: readonly Sample[], pick: (sample: Sample) => bigint | null): number | null {
  const known = samples.flatMap((sample) => {
    const value = pick(sample);
    return value === null ? [] : [{ atMs: sample.atMs, value }];
  });
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined || last.atMs === first.atMs) return null;
  const change = Number(last.value - first.value);
  return change < 0 ? null : (change * 1_000) / (last.atMs - first.atMs);
}

/** A lag that goes up and down has had its least a moment ago; one that grows, long ago. */
function secondsSinceLeast(samples: readonly Sample[]): number {
  const known = samples.flatMap((sample) => {
    const lag = sumOf(sample, 'lag');
    return lag === null ? [] : [{ atMs: sample.atMs, lag }];
  });
  const least = known.reduce((a, b) => (b.lag <= a.lag ? b : a), known[0] ?? { atMs: 0, lag: 0n });
  return ((known.at(-1)?.atMs ?? least.atMs) - least.atMs) / 1_000;
}

function findStuck(samples: readonly Sample[], newest: Sample): Trend['stuck'] {
  return newest.partitions.flatMap(({ partition }) => {
    const since = stuckSince(samples, partition);
    return since === undefined || since === newest.atMs
      ? []
      : [{ partition, seconds: (newest.atMs - since) / 1_000 }];
  });
}

/** From when on every sample has the same committed offset and something to read behind it. */
function stuckSince(samples: readonly Sample[], partition: number): number | undefined {
  const positions = samples.map(({ atMs, partitions }) => ({ atMs, at: positionOf(partitions, partition) }));
  const now = positions.at(-1)?.at;
  if (now === undefined) return undefined;
  const before = positions.findLastIndex(({ at }) => at !== now);
  return positions[before + 1]?.atMs;
}

/** Undefined where nothing is to be read, or nothing is known. */
function positionOf(partitions: Sample['partitions'], partition: number): bigint | undefined {
  const found = partitions.find((one) => one.partition === partition);
  if (found === undefined || found.lag === null || found.endOffset === null) return undefined;
  return found.lag === 0n ? undefined : found.endOffset - found.lag;
}
