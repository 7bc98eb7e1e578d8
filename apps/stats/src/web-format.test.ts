import { expect, test } from 'vitest';
import {
  formatAge,
  formatCount,
  formatLag,
  formatLatency,
  formatMaxSecondsBehind,
  formatRate,
  formatSeconds,
  formatThings,
} from '../web/format/numbers.ts';
import { formatBucket, formatKey } from '../web/format/rollups.ts';
import { toVisible } from '../web/format/text.ts';
import { formatVerification } from '../web/format/verification.ts';

test.each([
  [-3, '0 s'],
  [0.04, '0 s'],
  [1.44, '1.4 s'],
  [59.6, '60 s'],
  [119, '119 s'],
  [120, '2 min'],
  [7_199, '119 min'],
  [7_200, '2 h'],
  [172_799, '47 h'],
  [172_800, '2 d'],
])('%s seconds are shown as "%s"', (seconds, text) => {
  expect([formatSeconds(seconds), formatAge(seconds)]).toEqual([text, `${text} ago`]);
});

test('no write is never, and latencies below a second are in milliseconds', () => {
  expect(formatAge(null)).toBe('never');
  expect([formatLatency(-0.1), formatLatency(0.0123), formatLatency(1.5)]).toEqual([
    '0 ms',
    '12 ms',
    '1.5 s',
  ]);
});

test('a 64-bit count is shown to the last digit, an unknown one as n/a', () => {
  expect(formatCount(9_223_372_036_854_775_807n)).toBe('9,223,372,036,854,775,807');
  expect(formatCount(null)).toBe('n/a');
  expect([formatThings('1', 'dead letter'), formatThings(1_200n, 'dead letter')]).toEqual([
    '1 dead letter',
    '1,200 dead letters',
  ]);
});

test.each([
  [null, 'n/a'],
  [0, '0/s'],
  [0.0421, '0.042/s'],
  [12.34, '12/s'],
  [1_234.5, '1,235/s'],
])('a rate of %s is shown as "%s"', (rate, text) => {
  expect(formatRate(rate)).toBe(text);
});

test.each([
  [[1_000n, 2n], '1,002'],
  [['3', null, '4'], '≥7'],
  [[0n, null], '≥0'],
  [[null, null], 'n/a'],
  [[], 'n/a'],
])('the lags %s are summed to "%s"', (lags, text) => {
  expect(formatLag(lags)).toBe(text);
});

test('the slowest partition is at least as slow as the slowest known one', () => {
  expect(formatMaxSecondsBehind([0.2, 90])).toBe('90 s');
  expect([formatMaxSecondsBehind([0.2, null]), formatMaxSecondsBehind([null])]).toEqual(['≥0.2 s', 'n/a']);
});

test('invisible characters are escaped, and long texts clipped', () => {
  expect(toVisible('a\u202eb\x1b[2J')).toBe('a\\u{202e}b\\u{1b}[2J');
  expect(toVisible('x'.repeat(200), 10)).toBe(`${'x'.repeat(10)}…`);
});

test('the latest verification has its age and the number of differences', () => {
  const now = '2026-11-24T09:00:00.000Z';
  const found = (differences: string | bigint) =>
    formatVerification({ verifiedAt: '2026-11-24T06:00:00.000Z', differences }, now);
  expect(found(0n)).toBe('3 h ago, no differences');
  expect(found('1')).toBe('3 h ago, 1 difference');
  expect(found('2000')).toBe('3 h ago, 2,000 differences');
  expect(formatVerification(null, now)).toBe('never');
});

test('the key of a roll-up is its members, and a missing one is named', () => {
  expect([['EUR'], ['EUR', null], [], null].map(formatKey)).toEqual(['EUR', 'EUR · (none)', 'all', 'other']);
});

test('a bucket is in the largest unit that it is a multiple of', () => {
  expect([1, 15, 60, 360, 1_440].map(formatBucket)).toEqual([
    'minute',
    '15 minutes',
    'hour',
    '6 hours',
    'day',
  ]);
});
