import { show } from '../elements/dom.ts';
import { tableOf } from '../elements/table.ts';
import { formatCount, formatRate } from '../format/numbers.ts';
import { toVisible } from '../format/text.ts';
import { formatTime, zoneName } from '../format/time.ts';
import type { Minute } from './minutes.ts';

const columns = [
  { title: 'Event type' },
  { title: 'Count', isNumber: true },
  { title: 'Share', isNumber: true },
  { title: 'Average rate', isNumber: true },
  { title: `Last seen (minute, ${zoneName})` },
];

/** Shows the count of each type in the range, the most frequent first. */
export function showTypes(minutes: readonly Minute[], range: number): void {
  const total = sumOf(minutes);
  const types = [...Map.groupBy(minutes, ({ eventType }) => eventType)].map(([type, some]) => ({
    type,
    count: sumOf(some),
    last: lastOf(some),
  }));
  const rows = types
    .sort((a, b) => Number(b.count - a.count) || (a.type < b.type ? -1 : 1))
    .map(({ type, count, last }) => [
      toVisible(type),
      formatCount(count),
      `${((100 * Number(count)) / Number(total)).toFixed(1)} %`,
      formatRate(Number(count) / (60 * range)),
      formatTime(last).slice(0, 16),
    ]);
  show('types', tableOf(columns, rows, 'No events in this range.'));
}

const sumOf = (minutes: readonly Minute[]) => minutes.reduce((sum, { count }) => sum + BigInt(count), 0n);

const lastOf = (minutes: readonly Minute[]) =>
  minutes
    .map(({ minute }) => minute)
    .sort()
    .at(-1) ?? '';
