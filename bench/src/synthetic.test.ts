import { decodeEvent } from '@pipeline/schema';
import { expect, test } from 'vitest';
import { recordAt } from './synthetic.ts';

test.each(['ordered', 'random'] as const)('events with %s ids are valid and have distinct ids', (ids) => {
  const mixture = { ids, invalid: 0, refused: 0, bytes: 1_000 };
  const decoded = Array.from({ length: 200 }, (_, position) => {
    const result = decodeEvent(recordAt(position, mixture).value);
    return result.ok ? result.event.event_id : result.message;
  });
  expect(new Set(decoded).size).toBe(200);
  expect(decoded.every((id) => /^[0-9a-f-]{36}$/.test(id))).toBe(true);
});

test('the share of invalid records is as configured', () => {
  const mixture = { ids: 'ordered', invalid: 0.5, refused: 0, bytes: 250 } as const;
  const results = Array.from({ length: 200 }, (_, position) =>
    decodeEvent(recordAt(position, mixture).value),
  );
  expect(results.filter(({ ok }) => !ok)).toHaveLength(100);
});

test('the share of events that Postgres refuses is as configured, and they decode', () => {
  const mixture = { ids: 'ordered', invalid: 0.01, refused: 0.02, bytes: 250 } as const;
  const values = Array.from({ length: 200 }, (_, position) => recordAt(position, mixture).value);
  const refused = values.filter((value) => String(value).includes('\\u0000'));
  expect(refused.map((value) => decodeEvent(value).ok)).toEqual(Array(4).fill(true));
});
