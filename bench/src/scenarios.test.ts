import { decodeEvent } from '@pipeline/schema';
import { expect, test } from 'vitest';
import { baseline, recordAt } from './scenarios.ts';

test.each(['ordered', 'random'] as const)('events with %s ids are valid and have distinct ids', (ids) => {
  const decoded = Array.from({ length: 200 }, (_, position) => {
    const result = decodeEvent(recordAt(position, { ...baseline, ids, bytes: 1_000 }).value);
    return result.ok ? result.event.event_id : result.message;
  });
  expect(new Set(decoded).size).toBe(200);
  expect(decoded.every((id) => /^[0-9a-f-]{36}$/.test(id))).toBe(true);
});

test('the share of invalid records is as configured', () => {
  const results = Array.from({ length: 200 }, (_, position) =>
    decodeEvent(recordAt(position, { ...baseline, invalid: 0.5 }).value),
  );
  expect(results.filter(({ ok }) => !ok)).toHaveLength(100);
});

test('the share of events that Postgres refuses is as configured, and they decode', () => {
  const scenario = { ...baseline, invalid: 0.01, refused: 0.02 };
  const values = Array.from({ length: 200 }, (_, position) => recordAt(position, scenario).value);
  const refused = values.filter((value) => String(value).includes('\\u0000'));
  expect(refused.map((value) => decodeEvent(value).ok)).toEqual(Array(4).fill(true));
});

test('the share of resent records is as configured, and each repeats an earlier one', () => {
  const scenario = { ...baseline, resent: 0.02 };
  const records = Array.from({ length: 3_000 }, (_, position) => recordAt(position, scenario));
  const values = records.map(({ value }) => String(value));
  const resent = values.filter((value, position) => values.indexOf(value) < position);
  expect(resent).toHaveLength(60);
});
