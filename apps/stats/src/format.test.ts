import { expect, test } from 'vitest';
import { formatAge, formatCount, formatLag } from './format.ts';

test.each([
  [null, 'never'],
  [-3, '0.0 s ago'],
  [0.04, '0.0 s ago'],
  [119.4, '119.4 s ago'],
  [120, '2 min ago'],
  [7_199, '119 min ago'],
  [7_200, '2 h ago'],
  [172_799, '47 h ago'],
  [172_800, '2 d ago'],
])('an age of %s seconds is shown as "%s"', (seconds, text) => {
  expect(formatAge(seconds)).toBe(text);
});

test('a count of 64 bits is shown to the last digit', () => {
  expect(formatCount(9_223_372_036_854_775_807n)).toBe('9,223,372,036,854,775,807');
});

test.each([
  [[1_000n, 2n], '1,002'],
  [[3n, null, 4n], '≥7'],
  [[0n, null], '≥0'],
  [[null, null], 'n/a'],
  [[], 'n/a'],
])('the lags %s together are shown as "%s"', (lags, text) => {
  expect(formatLag(lags)).toBe(text);
});
