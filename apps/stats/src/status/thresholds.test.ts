import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSnapshot, createStanding, emptySnapshot } from '../testing/snapshots.ts';
import { judgeThresholds } from './thresholds.ts';

const statesOf = (...args: Parameters<typeof judgeThresholds>) =>
  judgeThresholds(...args).map(({ state }) => state);

test('a figure without a threshold is not checked', () => {
  expect(judgeThresholds(createSnapshot(), {})).toEqual([]);
  expect(judgeThresholds(createSnapshot(), { maxLag: 9 })).toHaveLength(1);
});

test('a figure may reach its threshold, not exceed it', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (lag, maxLag) => {
      const snapshot = createSnapshot({ partitions: [createStanding({ lag: BigInt(lag) })] });
      expect(statesOf(snapshot, { maxLag })).toEqual([lag > maxLag ? 'over' : 'ok']);
    }),
  );
});

test('each threshold applies to its own figure', () => {
  expect(judgeThresholds(createSnapshot(), { maxLag: 3, maxAge: 0.4, maxDlq: 4 })).toEqual([
    { figure: 'lag, in records', value: 3, atMost: 3, state: 'ok' },
    { figure: 'age of the last write, in seconds', value: 0.4004, atMost: 0.4, state: 'over' },
    { figure: 'open dead letters', value: 5, atMost: 4, state: 'over' },
  ]);
});

test('a partial lag, and the age without a write, are unknown', () => {
  const partitions = [createStanding({ lag: 0n }), createStanding({ partition: 1, lag: null })];
  expect(statesOf(createSnapshot({ partitions }), { maxLag: 10 })).toEqual(['unknown']);
  expect(statesOf(emptySnapshot, { maxLag: 10, maxAge: 10, maxDlq: 0 })).toEqual([
    'unknown',
    'unknown',
    'ok',
  ]);
});
