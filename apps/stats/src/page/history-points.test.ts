import type { StepSample } from '@pipeline/db/read';
import { expect, test } from 'vitest';
import { stepFor, toPoints } from './history-points.ts';

const sample = (second: number, change: Partial<StepSample> = {}): StepSample => ({
  atMs: second * 1_000,
  stored: BigInt(100 * second),
  openDeadLetters: 0n,
  lag: 0n,
  mostLag: 0n,
  end: BigInt(100 * second),
  secondsBehind: 0,
  latency: null,
  ...change,
});

test.each([
  [15, 10],
  [60, 10],
  [360, 60],
  [1_440, 240],
])('%i minutes have a point every %i s', (minutes, seconds) => {
  expect(stepFor(minutes)).toBe(seconds);
});

test('rates are since the previous point, and lag is the maximum of the step', () => {
  const [, second] = toPoints([sample(0), sample(10, { lag: 200n, mostLag: 900n })], 10);
  expect(second).toMatchObject({
    at: '1970-01-01T00:00:10.000Z',
    lag: 900n,
    producedPerSecond: 100,
    consumedPerSecond: 80,
    storedPerSecond: 100,
  });
});

test('unknown values and the first point have no rate', () => {
  const unknown = { lag: null, mostLag: null, end: null };
  const [first, second, third] = toPoints([sample(0), sample(10, unknown), sample(20)], 10);
  expect(first).toMatchObject({ producedPerSecond: null, storedPerSecond: null });
  expect(second).toMatchObject({ lag: null, producedPerSecond: null, storedPerSecond: 100 });
  expect(third).toMatchObject({ lag: 0n, producedPerSecond: null, consumedPerSecond: null });
});

test('a gap and a counter that fell have no rate', () => {
  const [, late, fallen] = toPoints([sample(0), sample(60), sample(70, { stored: 5n, end: 5n })], 10);
  for (const one of [late, fallen])
    expect(one).toMatchObject({ producedPerSecond: null, consumedPerSecond: null, storedPerSecond: null });
});
