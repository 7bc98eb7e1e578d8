import { expect, test } from 'vitest';
import { MinuteCounts } from './minute-counts.ts';

function tally(...events: readonly (readonly [string, string])[]) {
  const kinds = new MinuteCounts();
  for (const [type, time] of events) kinds.add(type, time);
  return kinds.tallies.map(({ eventType, minute, count }) => [eventType, minute, count]);
}

test('events of one type in one minute are one tally, whatever comes between them', () => {
  expect(
    tally(
      ['search', '2026-11-24T09:30:00Z'],
      ['signup', '2026-11-24T09:31:00.5Z'],
      ['search', '2026-11-24T09:30:59.999999Z'],
    ),
  ).toEqual([
    ['search', '2026-11-24T09:30Z', 2],
    ['signup', '2026-11-24T09:31Z', 1],
  ]);
});

test('a minute in another zone is another text', () => {
  expect(tally(['search', '2026-11-24T09:30:00+01:00'], ['search', '2026-11-24T09:30:00-01:00'])).toEqual([
    ['search', '2026-11-24T09:30+01:00', 1],
    ['search', '2026-11-24T09:30-01:00', 1],
  ]);
});

test('a time finer than a microsecond is left whole: Postgres rounds it, perhaps into the next minute', () => {
  const time = '2026-11-24T09:30:59.9999999Z';
  expect(tally(['search', time], ['search', time], ['search', '2026-11-24T09:30:59Z'])).toEqual([
    ['search', time, 1],
    ['search', time, 1],
    ['search', '2026-11-24T09:30Z', 1],
  ]);
});
