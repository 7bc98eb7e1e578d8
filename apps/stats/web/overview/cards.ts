import { html } from 'lit-html';
import type { Report } from '../../src/page/report.ts';
import { show } from '../elements/dom.ts';
import {
  formatAge,
  formatCount,
  formatLag,
  formatLatency,
  formatMaxSecondsBehind,
  formatRate,
  formatSeconds,
} from '../format/numbers.ts';

type Tone = '' | 'warn' | 'bad';

/** Shows the most important numbers. */
export function showCards(report: Report): void {
  const { events, trend, deadLetters, freshnessSeconds, partitions, latency, status } = report;
  const lag = formatLag(partitions.map((one) => one.lag));
  const behind = formatMaxSecondsBehind(partitions.map(({ secondsBehind }) => secondsBehind));
  const tone = toneOf(status.word);
  const hasOpen = deadLetters.open !== '0';
  const total = `${formatCount(events.deadLettered)} in total`;
  show('cards', [
    card('Events stored', formatCount(events.stored), `last write ${formatAge(freshnessSeconds)}`),
    card('Throughput', formatRate(trend.storedPerSecond), `${formatRate(trend.producedPerSecond)} produced`),
    card('Lag (messages)', lag, describeTrend(report), tone),
    card('Lag (seconds)', behind, 'slowest partition', tone),
    card('Latency (p50)', ...describeLatency(latency)),
    card('Open dead letters', formatCount(deadLetters.open), total, hasOpen ? 'warn' : ''),
    card('Duplicates', formatCount(events.duplicates), 'received again, stored once'),
    card('Skipped offsets', formatCount(events.skipped), 'offsets without a record'),
  ]);
}

const card = (title: string, value: string, note: string, tone: Tone = '') =>
  html`<div data-tone=${tone}>
    <dt>${title}</dt>
    <dd class="value">${value}</dd>
    <dd class="quiet">${note}</dd>
  </div>`;

function describeLatency(latency: Report['latency']): readonly [value: string, note: string] {
  if (latency === null) return ['n/a', 'nothing stored in the last minute'];
  return [formatLatency(latency.p50), `p95 ${formatLatency(latency.p95)}, p99 ${formatLatency(latency.p99)}`];
}

/** Whether the lag grows, and when the consumer will have caught up. */
export function describeTrend({
  lag,
  partitions,
  trend,
}: Pick<Report, 'lag' | 'partitions' | 'trend'>): string {
  const { etaSeconds, growingSeconds, producedPerSecond } = trend;
  if (lag === null) return 'unknown without Kafka';
  if (lag === '0') return 'no backlog';
  if (partitions.every(({ secondsBehind }) => secondsBehind !== null && secondsBehind < 1))
    return 'keeping up';
  if (growingSeconds >= 10) return `growing for ${formatSeconds(growingSeconds)}`;
  if (etaSeconds !== null) return `caught up in ${formatSeconds(etaSeconds)}`;
  return producedPerSecond === null ? 'trend not known yet' : 'steady';
}

function toneOf(word: Report['status']['word']): Tone {
  if (word === 'falling behind' || word === 'stalled' || word === 'stopped') return 'bad';
  return word === 'catching up' || word === 'paused' ? 'warn' : '';
}
