import { expect, test } from 'vitest';
import type { LogSlice } from './log-slice.ts';
import { splitSlice } from './split-slice.ts';

const recordAt = (offset: number, encodedSize = 1) => ({
  ...{ encodedSize, offset: String(offset), timestamp: '0', key: null, value: null },
});

const partsOf = (slice: LogSlice, records: number, bytes: number) =>
  [...splitSlice(slice, records, bytes)].map(({ start, end, records: all, markers, aborted }) => [
    Number(start),
    Number(end),
    all.map(({ offset }) => Number(offset)),
    markers + aborted,
  ]);

test('parts cover all offsets, with a limited number of records and bytes', () => {
  const slice = {
    start: 1n,
    end: 20n,
    markers: 2,
    aborted: 1,
    records: [2, 3, 7, 9, 12].map((at) => recordAt(at)),
  };
  expect(partsOf(slice, 2, 100)).toEqual([
    [1, 7, [2, 3], 3],
    [7, 12, [7, 9], 0],
    [12, 20, [12], 0],
  ]);
  const [exact] = partsOf(slice, 5, 5);
  expect(exact).toEqual([1, 20, [2, 3, 7, 9, 12], 3]);
  const large = { ...slice, records: [recordAt(2, 9), recordAt(3, 2), recordAt(4, 2)] };
  expect(partsOf(large, 9, 5)).toEqual([
    [1, 3, [2], 3],
    [3, 20, [3, 4], 0],
  ]);
});

test('a slice without records is one part', () => {
  expect(partsOf({ start: 1n, end: 3n, markers: 2, aborted: 0, records: [] }, 2, 100)).toEqual([
    [1, 3, [], 2],
  ]);
});

test('a part has at most 4 MiB', () => {
  const records = [2, 3, 4].map((at) => recordAt(at, 2 << 20));
  const parts = [...splitSlice({ start: 1n, end: 5n, markers: 0, aborted: 0, records }, 10)];
  expect(parts.map(({ records: some }) => some.length)).toEqual([2, 1]);
});

test('the last part has what else the slice has', () => {
  const place = { topic: 'events', partition: 0 };
  const unreadable = { ...place, firstOffset: '1', lastOffset: '2', reason: 'too large' };
  const [part] = splitSlice({ start: 1n, end: 3n, markers: 0, aborted: 0, records: [], unreadable }, 2);
  expect(part?.unreadable).toBe(unreadable);
});
