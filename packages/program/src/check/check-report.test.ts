import { decodeEvent } from '@pipeline/schema';
import { expect, test } from 'vitest';
import { outcomeOf, reportOf } from './check-report.ts';
import { reportTables } from './report-tables.ts';

const event = (id: number, change = {}) => ({
  event_id: `00000000-0000-4000-8000-00000000000${id}`,
  event_type: 'search',
  event_time: `2026-11-24T09:30:0${id}Z`,
  user_id: 'user-42',
  payload: { query: 'shoes' },
  ...change,
});

/** The report on values, each at the offset of its index. */
function reportOn(values: readonly unknown[]) {
  const outcomes = values.map((value, index) => ({
    place: `events:0:${index}`,
    outcome: outcomeOf(decodeEvent(Buffer.from(JSON.stringify(value)))),
  }));
  return reportOf(outcomes);
}

test('a report counts events by type, and problems by path, with an example each', () => {
  const report = reportOn([
    event(2),
    event(1),
    event(2),
    event(3, { event_type: 'signup', payload: { plan: 'pro' } }),
    event(4, { payload: {} }),
    event(5, { payload: {} }),
    7,
  ]);
  expect(report).toEqual({
    schemaVersion: 1,
    records: 7,
    stored: [
      { eventType: 'search', count: 2, earliest: '2026-11-24T09:30:01Z', latest: '2026-11-24T09:30:02Z' },
      { eventType: 'signup', count: 1, earliest: '2026-11-24T09:30:03Z', latest: '2026-11-24T09:30:03Z' },
    ],
    duplicates: 1,
    rejected: [
      {
        reason: 'invalid_payload',
        eventType: 'search',
        path: '/payload',
        message: 'lacks the member query',
        count: 2,
        example: 'events:0:4',
      },
      {
        reason: 'not_an_event',
        eventType: null,
        path: '',
        message: 'must be object',
        count: 1,
        example: 'events:0:6',
      },
    ],
    skipped: 0,
  });
});

test('a record that is no event by design is skipped', () => {
  const tombstone = {
    ok: false,
    reason: null,
    message: 'is a tombstone',
    path: '',
    eventType: null,
  } as const;
  expect(reportOf([{ place: 'events:0:0', outcome: outcomeOf(tombstone) }])).toMatchObject({
    records: 1,
    skipped: 1,
    rejected: [],
  });
});

test('a table of many problems ends with the number of those that are left out', () => {
  const report = reportOn(
    Array.from({ length: 30 }, (_, index) => event(1, { event_type: `type_${index}` })),
  );
  const [sums, problems] = reportTables(report);
  expect(sums?.rows).toEqual([['30', '0', '0', '30', '0']]);
  expect(problems?.rows).toHaveLength(21);
  expect(problems?.rows.at(-1)).toEqual(['… and 10 more']);
});
