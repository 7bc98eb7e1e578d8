import { expect, test } from 'vitest';
import { countByType, MinuteCounts } from './minute-counts.ts';

function counts(...events: readonly (readonly [string, number])[]): MinuteCounts {
  const all = new MinuteCounts();
  for (const [type, minute] of events) all.add(type, minute);
  return all;
}

const listOf = ({ tallies }: MinuteCounts) =>
  tallies.map(({ eventType, minute, count }) => [eventType, minute, count]);

test('events of a type and minute share a tally, whatever came in between', () => {
  const minutes = [30, 31, 30, 32, 31, 30];
  expect(listOf(counts(...minutes.map((minute) => ['search', minute] as const)))).toEqual([
    ['search', 30, 3],
    ['search', 31, 2],
    ['search', 32, 1],
  ]);
});

test('types have tallies of their own', () => {
  expect(listOf(counts(['search', 30], ['signup', 30], ['search', 30], ['signup', 31]))).toEqual([
    ['search', 30, 2],
    ['signup', 30, 1],
    ['signup', 31, 1],
  ]);
});

test('counts without some of the events have no tally of 0, and are separate', () => {
  const all = counts(['search', 30], ['search', 31], ['search', 31], ['signup', 30]);
  const rest = all.without(counts(['search', 31], ['signup', 30]));
  const expected = [
    ['search', 30, 1],
    ['search', 31, 1],
  ];
  expect(listOf(rest)).toEqual(expected);
  all.add('search', 30);
  expect(listOf(rest)).toEqual(expected);
});

test('the counts by type are sums, also of types with the names of members of objects', () => {
  const { tallies } = counts(['search', 30], ['search', 31], ['__proto__', 30], ['constructor', 30]);
  expect(Object.entries(countByType(tallies))).toEqual([
    ['search', 2],
    ['__proto__', 1],
    ['constructor', 1],
  ]);
});
