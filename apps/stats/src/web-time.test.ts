import { expect, test } from 'vitest';
import { formatClock, formatTime, fromField, inZone, toField } from '../web/format/time.ts';

test.each([
  ['2026-11-24T09:30', '2026-11-24T09:30:00'],
  ['2026-11-24T09:30:05', '2026-11-24T09:30:05'],
  ['2026-11-24T09:30:00Z', '2026-11-24T09:30:00'],
  ['2026-11-24T09:30:00+02:00', '2026-11-24T07:30:00'],
  ['2026-11-24', '2026-11-24T00:00:00'],
  ['soon', ''],
])('the time %s of a URL fills the field with "%s"', (time, field) => {
  expect(toField(time)).toBe(field);
});

test('times are shown in UTC by default, and a field is read as UTC', () => {
  expect(inZone('2026-11-24T09:30:12.345Z')).toBe('2026-11-24 09:30:12.345');
  expect(formatTime('2026-11-24T09:30:12.345Z')).toBe('2026-11-24 09:30:12');
  expect(formatClock(Date.parse('2026-11-24T09:30:12Z') / 1_000)).toBe('09:30:12');
  expect(fromField('2026-11-24T09:30')).toBe('2026-11-24T09:30');
});
