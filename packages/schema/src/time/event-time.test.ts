import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dateTimePattern } from './date-time.ts';
import { eventTimeRule, toEpoch, toEventTime } from './event-time.ts';

const places = { s: 0, ms: 3, us: 6, ns: 9 } as const;
const unit = fc.constantFrom(...(Object.keys(places) as (keyof typeof places)[]));

/** Attoseconds since 1970 of an RFC 3339 time in UTC. */
function exactly(time: string | undefined): bigint {
  const [, head = '', digits = ''] = /^(.{19})(?:\.(\d+))?Z$/.exec(time ?? '') ?? [];
  return BigInt(Date.parse(`${head}Z`)) * 10n ** 15n + BigInt(digits.padEnd(18, '0'));
}

/** Nanoseconds from the year 0001 to 9999. */
const nanoseconds = fc.bigInt({ min: -62_135_596_799n * 10n ** 9n, max: 253_402_300_799n * 10n ** 9n });

test('a number is exactly the time of its digits, in any unit and with any fraction', () => {
  fc.assert(
    fc.property(nanoseconds, unit, fc.stringMatching(/^\d{0,9}$/), (value, of, more) => {
      const whole = value / 10n ** BigInt(9 - places[of]);
      const text = more === '' ? String(whole) : `${whole}.${more}`;
      const part = BigInt(more.padEnd(9, '0')) * 10n ** BigInt(9 - places[of]);
      const isNegative = text.startsWith('-');
      const expected = whole * 10n ** BigInt(18 - places[of]) + (isNegative ? -part : part);
      const time = toEventTime(text, of);
      expect(time).toMatch(new RegExp(dateTimePattern));
      expect(exactly(time)).toBe(expected);
    }),
    { numRuns: 3_000 },
  );
});

test('an exponent only moves the point', () => {
  fc.assert(
    fc.property(fc.nat(2_000_000_000), fc.stringMatching(/^\d{0,6}$/), (seconds, more) => {
      const plain = more === '' ? String(seconds) : `${seconds}.${more}`;
      const digits = `${seconds}${more}`;
      expect(toEventTime(`${digits}e-${more.length}`, 's')).toBe(toEventTime(plain, 's'));
      expect(toEventTime(`0.${digits}E+${String(seconds).length}`, 's')).toBe(toEventTime(plain, 's'));
    }),
  );
});

test.each<readonly [string, string]>([
  ['0', '1970-01-01T00:00:00Z'],
  ['-0', '1970-01-01T00:00:00Z'],
  ['-1', '1969-12-31T23:59:59Z'],
  ['-0.5', '1969-12-31T23:59:59.5Z'],
  ['1795512612', '2026-11-24T09:30:12Z'],
  ['1795512612.345678', '2026-11-24T09:30:12.345678Z'],
  ['1.795512612345678E9', '2026-11-24T09:30:12.345678Z'],
  ['99999999999', '5138-11-16T09:46:39Z'],
  ['100000000000', '1973-03-03T09:46:40.000Z'],
  ['99999999999999', '5138-11-16T09:46:39.999Z'],
  ['100000000000000', '1973-03-03T09:46:40.000000Z'],
  ['99999999999999999', '5138-11-16T09:46:39.999999Z'],
  ['100000000000000000', '1973-03-03T09:46:40.000000000Z'],
  ['0000000000001795512612', '2026-11-24T09:30:12Z'],
  ['00000000000', '1970-01-01T00:00:00Z'],
  ['0000000000017', '1970-01-01T00:00:17Z'],
  ['1795512612345', '2026-11-24T09:30:12.345Z'],
  ['1795512612345.678', '2026-11-24T09:30:12.345678Z'],
  ['1795512612345678', '2026-11-24T09:30:12.345678Z'],
  ['1795512612345678901', '2026-11-24T09:30:12.345678901Z'],
  ['2026-11-24T09:30:12.50+01:00', '2026-11-24T09:30:12.50+01:00'],
])('without a unit, %s is %s', (text, time) => {
  expect(toEventTime(text)).toBe(time);
});

test.each([
  '',
  ' 1',
  '1 ',
  '+1',
  '1.',
  '.5',
  '0x10',
  '1e',
  '1e999',
  'Infinity',
  'NaN',
  '2026-11-24',
  '1_000',
])('%j is not a time', (text) => {
  expect(toEventTime(text)).toBeUndefined();
});

test.each<readonly [string, 's' | 'ms' | 'ns']>([
  ['253402300800', 's'],
  ['-62135596801', 's'],
  ['-62135596800.5', 's'],
  ['99999999999999999999999999999999999999', 'ns'],
  [`0.${'1'.repeat(31)}`, 's'],
  ['9'.repeat(100_000), 'ms'],
])('%s in %s is out of range', (text, of) => {
  expect(toEventTime(text, of)).toBeUndefined();
});

test('a unit is believed, whatever the magnitude', () => {
  expect(toEventTime('1795512612345', 'us')).toBe('1970-01-21T18:45:12.612345Z');
  expect(toEventTime('1795512612', 'ms')).toBe('1970-01-21T18:45:12.612Z');
});

test('a time written as a number is the same time when it is read', () => {
  fc.assert(
    fc.property(nanoseconds, unit, (value, of) => {
      const time = toEventTime(String(value), 'ns') ?? '';
      expect(exactly(toEventTime(toEpoch(time, of), of))).toBe(exactly(time));
    }),
  );
  expect(toEpoch('2026-11-24T10:30:12.345678901+01:00', 'ns')).toBe('1795512612345678901');
  expect(toEpoch('1969-12-31t23:59:59.5z', 'ms')).toBe('-500');
});

test.each<readonly [string, 's' | 'ms', string]>([
  ['1970-01-01T00:00:00Z', 's', '0'],
  ['2026-11-24T09:30:12Z', 's', '1795512612'],
  ['2026-11-24T09:30:12.500Z', 's', '1795512612.5'],
  ['2026-11-24T09:30:12.000Z', 's', '1795512612'],
  ['2026-11-24T09:30:12.3Z', 'ms', '1795512612300'],
])('%s in %s is written as %s, without a point or zeros at its end', (time, of, text) => {
  expect(toEpoch(time, of)).toBe(text);
});

test('the rule names both forms of a time', () => {
  expect(eventTimeRule).toMatch(/RFC 3339.*number/);
});
