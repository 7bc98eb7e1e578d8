import { commandLine } from '@pipeline/runtime';
import { formatLag } from '../../web/format/numbers.ts';
import type { Snapshot } from '../collect/snapshot.ts';

/** Notes below the statistics: why the lag is unknown, and the next command for an empty pipeline. */
export function findHints({ kafkaProblem, totals, partitions }: Snapshot): readonly string[] {
  const lags = partitions.map(({ lag }) => lag);
  const hasBacklog = lags.some((lag) => lag !== null && lag > 0n);
  const next = hasBacklog
    ? `, ${formatLag(lags)} records to read: ${commandLine('consumer')}`
    : `: ${commandLine('producer')}`;
  return [
    ...(kafkaProblem === undefined ? [] : [`lag is unknown: ${kafkaProblem}`]),
    ...(totals.freshnessSeconds === null ? [`nothing is stored yet${next}`] : []),
  ];
}
