import { formatCount, formatLag } from './format.ts';
import type { Snapshot } from './snapshot.ts';

/** How the pipeline is, in a word, and why. */
export interface Judgement {
  readonly word: 'unknown' | 'empty' | 'behind' | 'up to date';
  readonly why: string;
}

/** Judges by what is known: what matters most comes first. */
export function judge({ partitions, totals, kafkaProblem }: Snapshot): Judgement {
  const lags = partitions.map(({ lag }) => lag);
  if (kafkaProblem !== undefined) return { word: 'unknown', why: kafkaProblem };
  if (lags.some((lag) => lag !== null && lag > 0n)) {
    return { word: 'behind', why: `${formatLag(lags)} records to read` };
  }
  if (totals.freshnessSeconds === null) {
    return { word: 'empty', why: 'nothing stored yet: pnpm --filter producer start' };
  }
  const open = totals.openDeadLetters;
  return {
    word: 'up to date',
    why: open > 0n ? `${formatCount(open)} open dead letters` : 'everything is stored',
  };
}
