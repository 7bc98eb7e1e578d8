import { expect, test } from 'vitest';
import { MinuteCounts } from './minute-counts.ts';

function tally(...events: readonly (readonly [string, string])[]) {
  const counts = new MinuteCounts();
  for (const [type, time] of events) counts.add(type, time);
  return counts.tallies.map(({ eventType, minute, count }) => [eventType, minute, count]);
}

test('events of the same type and minute share a tally, even if not adjacent', () => {
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

test('a minute that recurs shares its tally, whatever came in between', () => {
  const times = ['09:30:00Z', '09:31:00Z', '09:30:30Z', '09:32:00Z', '09:31:59Z', '09:30:59Z'];
  expect(tally(...times.map((time) => ['search', `2026-11-24T${time}`] as const))).toEqual([
    ['search', '2026-11-24T09:30Z', 3],
    ['search', '2026-11-24T09:31Z', 2],
    ['search', '2026-11-24T09:32Z', 1],
  ]);
});

test('accepted events of any order share the tallies of their minutes', () => {
  const counts = new MinuteCounts();
  const type = { name: 'search', bytes: Buffer.from('search') };
  const place = { idStart: 0, timeStart: 1, timeEnd: 21, userStart: -1, userEnd: -1 };
  const common = { type, ...place, payloadStart: 0, payloadEnd: 0, others: [] };
  const minutes = Array.from({ length: 50 }, (_, minute) => String(minute).padStart(2, '0'));
  const order = [...minutes, ...minutes.toReversed(), ...minutes.slice(40), ...minutes.slice(40)];
  for (const minute of order)
    counts.addAccepted({ ...common, bytes: Buffer.from(`"2026-11-24T09:${minute}:07Z"`) });
  expect(counts.tallies).toEqual(
    minutes.map((minute) => ({
      eventType: 'search',
      minute: `2026-11-24T09:${minute}Z`,
      count: minute < '40' ? 2 : 4,
    })),
  );
});

test('minutes in different time zones have separate tallies', () => {
  expect(tally(['search', '2026-11-24T09:30:00+01:00'], ['search', '2026-11-24T09:30:00-01:00'])).toEqual([
    ['search', '2026-11-24T09:30+01:00', 1],
    ['search', '2026-11-24T09:30-01:00', 1],
  ]);
});

test('a time finer than a microsecond does not join the tally of its minute', () => {
  const time = '2026-11-24T09:30:59.9999999Z';
  expect(
    tally(['search', '2026-11-24T09:30:00z'], ['search', '2026-11-24T09:30:59Z'], ['search', time]),
  ).toEqual([
    ['search', '2026-11-24T09:30z', 1],
    ['search', '2026-11-24T09:30Z', 1],
    ['search', time, 1],
  ]);
});

test('a time finer than a microsecond is kept whole, because Postgres rounds it', () => {
  const time = '2026-11-24T09:30:59.9999999Z';
  expect(tally(['search', time], ['search', time], ['search', '2026-11-24T09:30:59Z'])).toEqual([
    ['search', time, 2],
    ['search', '2026-11-24T09:30Z', 1],
  ]);
});
