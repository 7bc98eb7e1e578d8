import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyTime } from '../../testing/any-time.ts';
import { isTime, readMilliseconds, readMinute, readTime, writeTime } from './time-bytes.ts';

/** The bytes of a time, as a number, and its minute. */
function write(text: string) {
  const target = Buffer.alloc(10, '#');
  const minute = writeTime(target, 1, Buffer.from(`"${text}"`), 1, 1 + text.length);
  expect([target[0], target[9]]).toEqual([0x23, 0x23]);
  expect(readMinute(target, 1)).toBe(minute);
  const milliseconds = readMilliseconds(target, 1);
  return { minute, milliseconds, micros: target.readBigInt64BE(1), text: readTime(target, 1) };
}

test.each([
  ['2000-01-01T00:00:00Z', 0n, 15_778_080],
  ['2000-01-01T00:00:00.000001Z', 1n, 15_778_080],
  ['2000-01-01T00:02:00Z', 120_000_000n, 15_778_082],
  ['1999-12-31T23:59:59.999999Z', -1n, 15_778_079],
  ['2000-01-01t01:30:00.5+01:30', 500_000n, 15_778_080],
  ['1999-12-31T12:00:00-12:00', 0n, 15_778_080],
  ['2000-02-29T00:00:00z', 59n * 86_400_000_000n, 15_778_080 + 59 * 1_440],
  ['1970-01-01T00:00:00Z', -946_684_800_000_000n, 0],
  ['9999-12-31T23:59:59.999999Z', 252_455_615_999_999_999n, 4_223_371_679],
])('%s is %s microseconds after 2000', (text, micros, minute) => {
  expect(write(text)).toMatchObject({ micros, minute });
});

test.each([
  ['12.1234565Z', '12.123456Z'],
  ['12.12345651Z', '12.123457Z'],
  ['12.0000015Z', '12.000002Z'],
  ['12.1234564999Z', '12.123456Z'],
  ['12.000000999999999999999999999999Z', '12.000001Z'],
])('the seconds %s are rounded as Postgres rounds them', (seconds, rounded) => {
  expect(write(`2026-11-24T09:30:${seconds}`).text).toBe(`2026-11-24T09:30:${rounded}`);
});

test('a fraction may be rounded up to the next minute', () => {
  expect(write('1969-12-31T23:59:59.9999999Z')).toMatchObject({
    minute: 0,
    text: '1970-01-01T00:00:00.000000Z',
  });
});

test.each([
  ['0001-01-01T00:00:00+15:59', '0001-12-31T08:01:00.000000Z BC'],
  ['9999-12-31T23:59:59-15:59', '10000-01-01T15:58:59.000000Z'],
  ['0099-03-01T00:00:00.25Z', '0099-03-01T00:00:00.250000Z'],
])('%s can be read back', (text, expected) => {
  expect(write(text).text).toBe(expected);
});

test('any time is that of Date, to the millisecond', () => {
  fc.assert(
    fc.property(anyTime, (text) => {
      expect(isTime(text)).toBe(true);
      const { minute, micros, milliseconds } = write(text);
      const exact = micros + 946_684_800_000_000n;
      expect(milliseconds).toBe(Number((exact - (((exact % 1_000n) + 1_000n) % 1_000n)) / 1_000n));
      // Date does not read lower-case letters, and truncates where Postgres rounds.
      const upper = text.toUpperCase().replace(/(\.\d{3})\d+/, '$1');
      expect(Math.abs(Number(exact) / 1_000 - Date.parse(upper))).toBeLessThanOrEqual(1);
      expect(minute).toBe(
        Number((exact - (((exact % 60_000_000n) + 60_000_000n) % 60_000_000n)) / 60_000_000n),
      );
    }),
  );
});

test.each([
  ...[
    '2026-11-24',
    '2026-11-24T09:30:12',
    '2026-11-24 09:30:12Z',
    '026-11-24T09:30:12Z',
    'x2026-11-24T09:30:12Z',
  ],
  ...['2026-02-29T09:30:12Z', '2026-13-01T09:30:12Z', '2026-00-10T09:30:12Z', '2026-11-31T09:30:12Z'],
  ...['0000-11-24T09:30:12Z', '2026-11-24T24:00:00Z', '2026-11-24T09:60:00Z', '2026-11-24T09:30:60Z'],
  ...[
    '2026-11-24T09:30:12.Z',
    '2026-11-24T09:30:12+16:00',
    '2026-11-24T09:30:12+01:60',
    '2026-11-24T09:30:12Z\n',
  ],
])('%j is no time', (text) => {
  expect(isTime(text)).toBe(false);
});
