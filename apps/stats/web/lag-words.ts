import type { Report } from '../src/report.ts';
import { formatCount, formatSeconds } from './text.ts';

type PipelineState = Pick<Report, 'lag' | 'partitions' | 'trend'>;
type Partition = Report['partitions'][number];

/** A total with an unknown part is a lower bound. */
export function formatLag({ lag, partitions }: PipelineState): string {
  const known = partitions.flatMap((one) => (one.lag === null ? [] : [BigInt(one.lag)]));
  if (lag !== null || known.length === 0) return formatCount(lag);
  return `≥ ${formatCount(known.reduce((sum, one) => sum + one, 0n))}`;
}

/** Whether the lag grows, and when it will be gone. */
export function describeTrend({ lag, partitions, trend }: PipelineState): string {
  const { etaSeconds, growingSeconds, producedPerSecond } = trend;
  if (lag === null) return 'not known without Kafka';
  if (lag === '0') return 'nothing waits';
  if (partitions.every(({ secondsBehind }) => secondsBehind !== null && secondsBehind < 1))
    return 'keeping up';
  if (growingSeconds >= 10) return `growing for ${formatSeconds(growingSeconds)}`;
  if (etaSeconds !== null) return `gone in ${formatSeconds(etaSeconds)}`;
  return producedPerSecond === null ? 'trend not known yet' : 'steady';
}

/** How far the slowest partition is behind, as far as it is known. */
export function formatLongest(partitions: Report['partitions']): string {
  const known = partitions.flatMap(({ secondsBehind }) => (secondsBehind === null ? [] : [secondsBehind]));
  if (known.length === 0) return 'n/a';
  return `${known.length < partitions.length ? '≥ ' : ''}${formatSeconds(Math.max(...known))}`;
}

/** What is not known is n/a; what was never committed is "-". */
export function cellsOf({
  partition,
  currentOffset,
  endOffset,
  lag,
  secondsBehind,
}: Partition): readonly string[] {
  return [
    String(partition),
    currentOffset === null && endOffset !== null ? '-' : formatCount(currentOffset),
    formatCount(endOffset),
    formatCount(lag),
    secondsBehind === null ? 'n/a' : formatSeconds(secondsBehind),
  ];
}
