import { formatLag } from './format.ts';
import type { Snapshot } from './snapshot.ts';

/** What somebody who looks at the numbers should know besides: what could not be asked, and what to do next. */
export function findHints({ kafkaProblem, totals, partitions }: Snapshot): readonly string[] {
  const waiting = formatLag(partitions.map(({ lag }) => lag));
  const isWaiting = partitions.some(({ lag }) => lag !== null && lag > 0n);
  const next = isWaiting
    ? `, ${waiting} records wait: pnpm --filter consumer start`
    : ': pnpm --filter producer start';
  return [
    ...(kafkaProblem === undefined ? [] : [`lag is not known: ${kafkaProblem}`]),
    ...(totals.freshnessSeconds === null ? [`nothing is stored yet${next}`] : []),
  ];
}
