import { expect, test } from 'vitest';
import { parseCount } from './filters.ts';

test.each([
  ['1', 1],
  ['10000', 10_000],
])('"%s" is a count', (text, count) => expect(parseCount(text)).toBe(count));

test.each(['0', '1.5', '-1', '1e3', '', '9999999999'])('"%s" is not a count', (text) => {
  expect(() => parseCount(text)).toThrow('whole number');
});
