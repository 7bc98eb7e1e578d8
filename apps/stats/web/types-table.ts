import { find } from './elements.ts';
import type { Minute } from './minutes.ts';
import { fillTable } from './table.ts';
import { formatCount, formatRate, formatTime, toVisible } from './text.ts';

const columns = [
  { title: 'EVENT TYPE' },
  { title: 'COUNT', isNumber: true },
  { title: 'SHARE', isNumber: true },
  { title: 'PER SECOND', isNumber: true },
  { title: 'LAST SEEN (MINUTE, UTC)' },
];

/** How much of each type happened, the most frequent first. */
export function showTypes(minutes: readonly Minute[], range: number): void {
  const all = sumOf(minutes);
  const types = [...Map.groupBy(minutes, ({ eventType }) => eventType)].map(([type, some]) => ({
    type,
    count: sumOf(some),
    last:
      some
        .map(({ minute }) => minute)
        .sort()
        .at(-1) ?? '',
  }));
  const rows = types
    .sort((a, b) => Number(b.count - a.count) || (a.type < b.type ? -1 : 1))
    .map(({ type, count, last }) => [
      toVisible(type),
      formatCount(count),
      `${((100 * Number(count)) / Number(all)).toFixed(1)} %`,
      formatRate(Number(count) / (60 * range)),
      formatTime(last).slice(0, 16),
    ]);
  fillTable(find('types'), columns, rows, 'Nothing happened in this range.');
}

const sumOf = (minutes: readonly Minute[]) => minutes.reduce((sum, { count }) => sum + BigInt(count), 0n);
