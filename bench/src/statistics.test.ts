import { expect, test } from 'vitest';
import { median } from './statistics.ts';

test('the median is the middle by size, not by place', () => {
  expect(median([9, 100, 10])).toBe(10);
});

test('the median of an even number of values lies between the two in the middle', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
});

test('nothing has no median', () => {
  expect(() => median([])).toThrow(RangeError);
});
