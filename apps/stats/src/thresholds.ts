import { sumLag } from '@pipeline/kafka';
import type { Snapshot } from './snapshot.ts';

/** What may not be passed; what is left out is not checked. */
export interface Thresholds {
  /** Records. */
  readonly maxLag?: number;
  /** Seconds since the last write. */
  readonly maxAge?: number;
  /** Open dead letters. */
  readonly maxDlq?: number;
}

/** A line for each threshold that is passed, or that cannot be judged because its figure is not known. */
export function findPassed(
  { totals, partitions }: Snapshot,
  { maxLag, maxAge, maxDlq }: Thresholds,
): readonly string[] {
  const lag = sumLag(partitions.map((partition) => partition.lag));
  const isLagKnown = lag.isWhole && partitions.length > 0;
  return [
    ...judge('lag', isLagKnown ? Number(lag.known) : null, maxLag),
    ...judge('seconds since the last write', totals.freshnessSeconds, maxAge),
    ...judge('open dead letters', Number(totals.openDeadLetters), maxDlq),
  ];
}

function judge(what: string, value: number | null, most: number | undefined): readonly string[] {
  if (most === undefined || (value !== null && value <= most)) return [];
  return [`${what}: ${value === null ? 'not known' : value}, at most ${most} allowed`];
}
