import { expect, test } from 'vitest';
import { findExcess, summarize } from './figures.ts';

const source = (path: string, ...lengths: readonly number[]) => ({
  path,
  lines: 100,
  functions: lengths.map((length, index) => ({ line: 10 * index + 1, length })),
});

test('the figures are of all functions of all files', () => {
  const figures = summarize([source('a.ts', 1, 2, 3, 4), source('b.ts', 5, 6, 7, 8, 9, 40)]);
  expect(figures).toEqual({ files: 2, lines: 200, functions: 10, median: 5, p90: 9, longest: 40 });
});

test('code at the limits is accepted', () => {
  const files = Array.from({ length: 20 }, (_, index) => source(`src/${index}.ts`, 5, 5, 5, 5, 14));
  expect(findExcess([...files, source('src/a/long.ts', 45)])).toEqual([]);
});

test('long functions are listed one by one', () => {
  expect(findExcess([source('a.ts', ...Array(20).fill(1), 46)])).toEqual([
    'a.ts:201 is a function of 46 lines, not 45',
  ]);
});

test('the median and the 90th percentile are limited', () => {
  expect(findExcess([source('a.ts', 6, 6, 15)])).toEqual([
    'the median function has 6 lines, not 5',
    'nine in ten functions have up to 15 lines, not 14',
  ]);
});

test('a folder with more than 20 files is listed, its subfolders not counted', () => {
  const files = Array.from({ length: 21 }, (_, index) => source(`src/${index}.ts`));
  expect(findExcess([...files, source('src/deep/a.ts')])).toEqual(['src has 21 files, not 20']);
});
