import type { Report } from '../../src/page/report.ts';
import { element, find, setLength, setText } from '../elements/dom.ts';
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
  const cards = cardsOf(report);
  const targets = setLength(find('cards'), cards.length, createCard);
  cards.forEach((card, index) => {
    const target = targets[index];
    if (target !== undefined) fillCard(target, card);
  });
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

function createCard(): HTMLElement {
  const card = element('div');
  card.append(element('dt'), element('dd', '', { class: 'value' }), element('dd', '', { class: 'quiet' }));
  return card;
}

function fillCard(target: Element, { title, value, note, tone }: Card): void {
  const texts = [title, value, note];
  [...target.children].forEach((child, index) => {
    setText(child, texts[index] ?? '');
  });
  target.setAttribute('data-tone', tone ?? '');
}
