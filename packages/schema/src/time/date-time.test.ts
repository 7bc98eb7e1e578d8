import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dateTimePattern } from './date-time.ts';

const pattern = new RegExp(dateTimePattern, 'u');

/** A number padded to `width` digits, usually within its range and sometimes slightly outside. */
function digits(width: number, min: number, max: number): fc.Arbitrary<string> {
  const beyond = fc.integer({ min: Math.max(0, min - 2), max: Math.min(10 ** width - 1, max + 2) });
  return fc
    .oneof({ weight: 9, arbitrary: fc.integer({ min, max }) }, beyond)
    .map((value) => String(value).padStart(width, '0'));
}

const year = fc.oneof(digits(4, 1, 9999), fc.constantFrom('0000', '1600', '1900', '2000', '2024', '2100'));
const month = fc.oneof(digits(2, 1, 12), fc.constant('02'));
const day = fc.oneof(digits(2, 1, 31), fc.constantFrom('28', '29', '30', '31'));
const dateParts = fc.tuple(year, month, day);

/** Whether the calendar has this day, according to `Date`. */
function isDay([y, m, d]: readonly [string, string, string]): boolean {
  const date = new Date(0);
  date.setUTCFullYear(Number(y), Number(m) - 1, Number(d));
  return Number(y) >= 1 && date.toISOString().startsWith(`${y}-${m}-${d}T`);
}

test('a date is accepted if and only if the calendar has it', () => {
  let right = 0;
  fc.assert(
    fc.property(dateParts, (parts) => {
      if (isDay(parts)) right++;
      expect(pattern.test(`${parts.join('-')}T00:00:00Z`)).toBe(isDay(parts));
    }),
    { numRuns: 5_000 },
  );
  expect(right).toBeGreaterThan(1_000);
});

test('exactly the calendar days of 400 years are accepted', () => {
  for (let y = 1801; y <= 2200; y++) {
    for (let m = 1; m <= 12; m++) {
      for (let d = 0; d <= 32; d++) {
        const parts = [String(y), String(m).padStart(2, '0'), String(d).padStart(2, '0')] as const;
        if (pattern.test(`${parts.join('-')}T00:00:00Z`) !== isDay(parts)) expect(parts).toBe('judged alike');
      }
    }
  }
});

const fraction = fc.oneof(fc.constant(''), fc.stringMatching(/^\.[0-9]{1,30}$/));
const zone = fc.oneof(
  fc.constantFrom('Z', 'z'),
  fc.tuple(fc.constantFrom('+', '-'), digits(2, 0, 15), digits(2, 0, 59)),
);
const timeParts = fc.tuple(digits(2, 0, 23), digits(2, 0, 59), digits(2, 0, 59));

test('a time of day and an offset are accepted if and only if they are in range', () => {
  let right = 0;
  fc.assert(
    fc.property(timeParts, fraction, zone, fc.constantFrom('T', 't'), (time, part, at, separator) => {
      const [hours, minutes, seconds] = time.map(Number);
      const [, zoneHours, zoneMinutes] = typeof at === 'string' ? [0, 0, 0] : at.map(Number);
      const isRight =
        Math.max(0, (hours ?? 99) - 23, (minutes ?? 99) - 59, (seconds ?? 99) - 59) === 0 &&
        Math.max(0, (zoneHours ?? 99) - 15, (zoneMinutes ?? 99) - 59) === 0;
      if (isRight) right++;
      const text = typeof at === 'string' ? at : `${at[0]}${at[1]}:${at[2]}`;
      expect(pattern.test(`2026-11-24${separator}${time.join(':')}${part}${text}`)).toBe(isRight);
    }),
    { numRuns: 5_000 },
  );
  expect(right).toBeGreaterThan(1_000);
});

test('adding, removing or replacing a character makes a time invalid', () => {
  const text = '2026-11-24T09:30:12.5+01:00';
  for (let at = 0; at < text.length; at++) {
    for (const other of ['', ' ', 'x', '\n', '::']) {
      const changed = text.slice(0, at) + other + text.slice(at + 1);
      const isTime = changed === '2026-11-24T09:30:125+01:00' ? false : pattern.test(changed);
      expect(isTime, changed).toBe(false);
    }
  }
});
