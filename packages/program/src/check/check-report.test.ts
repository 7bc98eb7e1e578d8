import { decodeEvent } from '@pipeline/schema';
import { expect, test } from 'vitest';
import { CheckTally, outcomeOf, reportOf } from './check-report.ts';
import { reportTables, reportTexts } from './report-tables.ts';

const event = (id: number, change = {}) => ({
  event_id: `00000000-0000-4000-8000-00000000000${id}`,
  event_type: 'search',
  event_time: `2026-11-24T09:30:0${id}Z`,
  user_id: 'user-42',
  payload: { query: 'shoes' },
  ...change,
});

/** The outcomes of values, each at the offset of its index. */
function outcomesOf(values: readonly unknown[]) {
  return values.map((value, index) => ({
    place: `events:0:${index}`,
    outcome: outcomeOf(decodeEvent(Buffer.from(JSON.stringify(value)))),
  }));
}

const reportOn = (values: readonly unknown[]) => reportOf(outcomesOf(values));

/** The report of a tally that has room for `maxIds` ids. */
function reportWith(maxIds: number, values: readonly unknown[]) {
  const tally = new CheckTally(maxIds);
  for (const one of outcomesOf(values)) tally.add(one);
  return tally.report();
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

test('too many events are all counted, their duplicates included, with a note', () => {
  const signup = { event_type: 'signup', payload: { plan: 'pro' } };
  const values = [event(1), event(1, { event_time: '2026-11-24T09:30:00Z' }), event(2), event(5, signup)];
  const later = [event(3), event(3), event(1), event(4, { payload: {} })];
  const report = reportWith(3, [...values, ...later]);
  expect(report).toEqual({
    ...reportWith(4, [...values, ...later]),
    stored: [
      { eventType: 'search', count: 6, earliest: '2026-11-24T09:30:00Z', latest: '2026-11-24T09:30:03Z' },
      { eventType: 'signup', count: 1, earliest: '2026-11-24T09:30:05Z', latest: '2026-11-24T09:30:05Z' },
    ],
    ...{ duplicates: null, note: expect.stringContaining('duplicates are not counted') },
  });
  expect(report).toMatchObject({ records: 8, rejected: [{ count: 1 }], skipped: 0 });
  const texts = reportTexts(report);
  expect(texts[0]).toMatch(/^ +8 +7 {2}not counted +1 +0$/m);
  expect(texts.at(-1)).toBe(`Note: ${report.note}`);
});

test('known ids need no further room', () => {
  const report = reportWith(2, [event(1), event(2), event(1), event(2)]);
  expect(report).toMatchObject({ stored: [{ count: 2 }], duplicates: 2 });
  expect(report).not.toHaveProperty('note');
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
