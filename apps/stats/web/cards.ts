import type { Report } from '../src/report.ts';
import { element, find, setLength, setText } from './elements.ts';
import { describeTrend, formatLag, formatLongest } from './lag-words.ts';
import { formatCount, formatLatency, formatRate, formatSeconds } from './text.ts';

interface Card {
  readonly title: string;
  readonly value: string;
  readonly note: string;
  readonly tone?: 'warn' | 'bad' | undefined;
}

/** The numbers that matter most. */
export function showCards(report: Report): void {
  const cards = cardsOf(report);
  const places = setLength(find('cards'), cards.length, createPlace);
  cards.forEach((card, at) => {
    const place = places[at];
    if (place !== undefined) fillCard(place, card);
  });
}

function cardsOf(report: Report): readonly Card[] {
  const { events, trend, deadLetters, freshnessSeconds } = report;
  return [
    { title: 'Events stored', value: formatCount(events.stored), note: describeAge(freshnessSeconds) },
    {
      title: 'Events per second',
      value: formatRate(trend.storedPerSecond),
      note: `${formatRate(trend.producedPerSecond)} come in`,
    },
    ...lagCards(report),
    latencyCard(report),
    {
      title: 'Open dead letters',
      value: formatCount(deadLetters.open),
      note: `${formatCount(events.deadLettered)} ever`,
      tone: deadLetters.open === '0' ? undefined : 'warn',
    },
    { title: 'Duplicates', value: formatCount(events.duplicates), note: 'came again, stored once' },
  ];
}

/** Half of the events are faster than the value, 95 and 99 of a hundred than those of the note. */
function latencyCard({ latency }: Report): Card {
  const title = 'Latency, p50';
  if (latency === null) return { title, value: 'n/a', note: 'nothing stored in the last minute' };
  const [p50, p95, p99] = [latency.p50, latency.p95, latency.p99].map(formatLatency);
  return { title, value: p50 ?? '', note: `p95 ${p95}, p99 ${p99}` };
}

function describeAge(seconds: number | null): string {
  return seconds === null ? 'nothing written yet' : `last write ${formatSeconds(seconds)} ago`;
}

function lagCards(report: Report): readonly Card[] {
  const tone = toneOf(report.status.word);
  return [
    { title: 'Lag, messages', value: formatLag(report), note: describeTrend(report), tone },
    { title: 'Lag, seconds', value: formatLongest(report.partitions), note: 'the slowest partition', tone },
  ];
}

function toneOf(word: Report['status']['word']): Card['tone'] {
  if (word === 'falling behind' || word === 'stalled' || word === 'stopped') return 'bad';
  return word === 'catching up' ? 'warn' : undefined;
}

function createPlace(): HTMLElement {
  const place = element('div');
  place.append(element('dt'), element('dd', '', { class: 'value' }), element('dd', '', { class: 'quiet' }));
  return place;
}

function fillCard(place: Element, { title, value, note, tone }: Card): void {
  const texts = [title, value, note];
  [...place.children].forEach((child, at) => {
    setText(child, texts[at] ?? '');
  });
  place.setAttribute('data-tone', tone ?? '');
}
