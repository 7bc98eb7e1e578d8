import { expect, test } from 'vitest';
import { toField } from '../web/dead-letter-query.ts';

test.each([
  ['2026-11-24T09:30', '2026-11-24T09:30:00'],
  ['2026-11-24T09:30:05', '2026-11-24T09:30:05'],
  ['2026-11-24T09:30:00Z', '2026-11-24T09:30:00'],
  ['2026-11-24T09:30:00+02:00', '2026-11-24T07:30:00'],
  ['2026-11-24', '2026-11-24T00:00:00'],
  ['soon', ''],
])('the time %s of a URL stays in the form, as %s', (time, field) => {
  expect(toField(time)).toBe(field);
});
