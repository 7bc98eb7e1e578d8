import { expect, test } from 'vitest';
import { median } from './statistics.ts';

test('the median is the middle value in numeric order', () => {
  expect(median([9, 100, 10])).toBe(10);
});

test('the median of an even number of values is the mean of the middle two', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
});

test('an empty list has no median', () => {
  expect(() => median([])).toThrow(RangeError);
});
