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

interface Card {
  readonly title: string;
  readonly value: string;
  readonly note: string;
  readonly tone?: 'warn' | 'bad' | undefined;
}

/** Shows the most important numbers. */
export function showCards(report: Report): void {
  show('cards', cardsOf(report).map(toTemplate));
}

function toTemplate({ title, value, note, tone }: Card) {
  return html`<div data-tone=${tone ?? ''}>
    <dt>${title}</dt>
    <dd class="value">${value}</dd>
    <dd class="quiet">${note}</dd>
  </div>`;
}

function cardsOf(report: Report): readonly Card[] {
  const { events, trend, deadLetters, freshnessSeconds } = report;
  return [
    {
      title: 'Events stored',
      value: formatCount(events.stored),
      note: `last write ${formatAge(freshnessSeconds)}`,
    },
    {
      title: 'Throughput',
      value: formatRate(trend.storedPerSecond),
      note: `${formatRate(trend.producedPerSecond)} produced`,
    },
    ...lagCards(report),
    latencyCard(report),
    {
      title: 'Open dead letters',
      value: formatCount(deadLetters.open),
      note: `${formatCount(events.deadLettered)} in total`,
      tone: deadLetters.open === '0' ? undefined : 'warn',
    },
    { title: 'Duplicates', value: formatCount(events.duplicates), note: 'received again, stored once' },
    { title: 'Skipped offsets', value: formatCount(events.skipped), note: 'offsets without a record' },
  ];
}

function latencyCard({ latency }: Report): Card {
  const title = 'Latency (p50)';
  if (latency === null) return { title, value: 'n/a', note: 'nothing stored in the last minute' };
  const [p50, p95, p99] = [latency.p50, latency.p95, latency.p99].map(formatLatency);
  return { title, value: p50 ?? '', note: `p95 ${p95}, p99 ${p99}` };
}

function lagCards(report: Report): readonly Card[] {
  const { partitions, status } = report;
  const tone = toneOf(status.word);
  return [
    {
      title: 'Lag (messages)',
      value: formatLag(partitions.map(({ lag }) => lag)),
      note: describeTrend(report),
      tone,
    },
    {
      title: 'Lag (seconds)',
      value: formatMaxSecondsBehind(partitions.map(({ secondsBehind }) => secondsBehind)),
      note: 'slowest partition',
      tone,
    },
  ];
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

function toneOf(word: Report['status']['word']): Card['tone'] {
  if (word === 'falling behind' || word === 'stalled' || word === 'stopped') return 'bad';
  return word === 'catching up' ? 'warn' : undefined;
}
