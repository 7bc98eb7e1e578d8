import { type Snapshot, sumOf } from '../collect/snapshot.ts';

/** The maxima to check; an omitted one is not checked. */
export interface Thresholds {
  /** Records. */
  readonly maxLag?: number | undefined;
  /** Seconds since the last write. */
  readonly maxAge?: number | undefined;
  /** Open dead letters. */
  readonly maxDlq?: number | undefined;
}

/** A figure and its threshold. */
export interface Verdict {
  readonly figure: string;
  /** Null if it is unknown. */
  readonly value: number | null;
  readonly atMost: number;
  readonly state: 'ok' | 'over' | 'unknown';
}

/** Compares the figures that have a threshold. */
export function judgeThresholds(
  { totals, partitions }: Snapshot,
  { maxLag, maxAge, maxDlq }: Thresholds,
): readonly Verdict[] {
  const lag = sumOf(partitions.map((partition) => partition.lag));
  return [
    ...judge('lag, in records', lag === null ? null : Number(lag), maxLag),
    ...judge('age of the last write, in seconds', totals.freshnessSeconds, maxAge),
    ...judge('open dead letters', Number(totals.openDeadLetters), maxDlq),
  ];
}

function judge(figure: string, value: number | null, atMost: number | undefined): readonly Verdict[] {
  if (atMost === undefined) return [];
  return [{ figure, value, atMost, state: value === null ? 'unknown' : value > atMost ? 'over' : 'ok' }];
}
