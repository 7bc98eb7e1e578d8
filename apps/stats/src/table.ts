import { sumLag } from '@pipeline/kafka';
import type { Snapshot } from './snapshot.ts';

/** Rows of cells under their headings, in columns; numbers to the right. */
export function renderColumns(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const isNumber = headings.map((_, column) =>
    rows.every((row) => /^([≥]?[\d,.]+|-|n\/a)$/.test(row[column] ?? '')),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        isNumber[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [line(headings), ...rows.map(line)].join('\n');
}

/** The whole of the statistics as text for a terminal. */
export function renderSnapshot(snapshot: Snapshot): string {
  const sections = [
    renderTotals(snapshot),
    section('Events per minute', renderMinutes(snapshot)),
    section('Partitions', renderPartitions(snapshot)),
    section('Open dead letters', renderDeadLetters(snapshot)),
  ];
  return `${sections.filter((text) => text !== '').join('\n\n')}\n`;
}

function section(title: string, body: string): string {
  return body === '' ? '' : `${title}\n${body}`;
}

function renderTotals({ totals, partitions }: Snapshot): string {
  const lag = sumLag(partitions.map((partition) => partition.lag));
  const cells = [totals.stored, totals.duplicates, totals.deadLettered, totals.skipped].map(formatCount);
  const lagText = partitions.length === 0 ? 'n/a' : `${lag.isWhole ? '' : '≥'}${formatCount(lag.known)}`;
  return renderColumns(
    ['STORED', 'DUPLICATES', 'DEAD-LETTERED', 'SKIPPED', 'LAG', 'LAST WRITE'],
    [[...cells, lagText, formatAge(totals.freshnessSeconds)]],
  );
}

function renderMinutes({ minutes }: Snapshot): string {
  const types = [...new Set(minutes.map(({ eventType }) => eventType))].sort();
  const names = [...new Set(minutes.map(({ minute }) => minute))].slice(-15);
  if (names.length === 0) return '';
  const counts = new Map(minutes.map(({ minute, eventType, count }) => [`${minute} ${eventType}`, count]));
  const rows = names.map((minute) => [
    minute.slice(0, 16).replace('T', ' '),
    ...types.map((type) => formatCount(counts.get(`${minute} ${type}`) ?? 0n)),
  ]);
  return renderColumns(['MINUTE (UTC)', ...types], rows);
}

function renderPartitions({ partitions }: Snapshot): string {
  if (partitions.length === 0) return '';
  const rows = partitions.map(({ topic, partition, currentOffset, endOffset, lag, secondsBehind }) => [
    topic,
    String(partition),
    endOffset === null ? 'n/a' : (currentOffset?.toString() ?? '-'),
    endOffset?.toString() ?? 'n/a',
    lag?.toString() ?? 'n/a',
    secondsBehind === null ? 'n/a' : secondsBehind.toFixed(1),
  ]);
  return renderColumns(
    ['TOPIC', 'PARTITION', 'CURRENT-OFFSET', 'LOG-END-OFFSET', 'LAG', 'SECONDS-BEHIND'],
    rows,
  );
}

function renderDeadLetters({ deadLetterGroups }: Snapshot): string {
  if (deadLetterGroups.length === 0) return '';
  const rows = deadLetterGroups.map(({ reason, eventType, count, firstSeen, lastSeen }) => [
    reason,
    cleanText(eventType ?? '-'),
    formatCount(count),
    formatTime(firstSeen),
    formatTime(lastSeen),
  ]);
  return renderColumns(['REASON', 'EVENT TYPE', 'COUNT', 'FIRST SEEN (UTC)', 'LAST SEEN (UTC)'], rows);
}

function formatCount(count: bigint): string {
  return count.toLocaleString('en-US');
}

function formatTime(time: string): string {
  return time.slice(0, 19).replace('T', ' ');
}

function formatAge(seconds: number | null): string {
  if (seconds === null) return 'never';
  return seconds < 120 ? `${Math.max(0, seconds).toFixed(1)} s ago` : `${Math.round(seconds / 60)} min ago`;
}

/** A type that somebody sent is a stranger's text: no control character of it reaches the terminal. */
function cleanText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 64);
}
