import { show } from '../elements/dom.ts';
import { type Column, tableOf } from '../elements/table.ts';
import { formatCount, formatRate } from '../format/numbers.ts';
import { toVisible } from '../format/text.ts';
import { formatTime, zoneName } from '../format/time.ts';
import type { Minute } from './minutes.ts';

/** Shows the count of each type in the range, the most frequent first. */
export function showTypes(minutes: readonly Minute[], range: number): void {
  const groups = [...Map.groupBy(minutes, ({ eventType }) => eventType)];
  const types = groups.map(([type, some]) => ({ type, count: sumOf(some), last: lastOf(some) }));
  types.sort((a, b) => b.count - a.count || (a.type < b.type ? -1 : 1));
  const total = sumOf(minutes);
  const columns: readonly Column<(typeof types)[number]>[] = [
    ['Event type', ({ type }) => toVisible(type)],
    ['Count', ({ count }) => formatCount(BigInt(count)), 'number'],
    ['Share', ({ count }) => `${((100 * count) / total).toFixed(1)} %`, 'number'],
    ['Average rate', ({ count }) => formatRate(count / (60 * range)), 'number'],
    [`Last seen (minute, ${zoneName})`, ({ last }) => formatTime(last).slice(0, 16)],
  ];
  show('types', tableOf(columns, types, 'No events in this range.'));
}

const sumOf = (minutes: readonly Minute[]) => minutes.reduce((sum, { count }) => sum + Number(count), 0);

const lastOf = (minutes: readonly Minute[]) =>
  minutes
    .map(({ minute }) => minute)
    .sort()
    .at(-1) ?? '';
