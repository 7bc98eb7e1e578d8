import { expect, test } from 'vitest';
import { createPace } from './pace.ts';

/** A clock that only sleeping advances. */
function createClock() {
  let nowMs = 1_000;
  const sleep = async (ms: number) => {
    nowMs += ms;
  };
  return { nowMs: () => nowMs, sleep };
}

test('the rate is not exceeded, even after an idle period', async () => {
  const clock = createClock();
  const pace = createPace(100, clock);
  for (let sent = 0; sent < 200; sent++) await pace.wait();
  expect(clock.nowMs()).toBe(3_000);
  await clock.sleep(60_000);
  for (let sent = 0; sent < 100; sent++) await pace.wait();
  expect(clock.nowMs()).toBe(64_000);
});

test('a fractional interval in milliseconds is kept on average', async () => {
  const clock = createClock();
  const pace = createPace(3_000, clock);
  for (let sent = 0; sent < 3_000; sent++) await pace.wait();
  expect(Math.abs(clock.nowMs() - 2_000)).toBeLessThanOrEqual(1);
});

test('concurrent callers share the rate', async () => {
  const sleeps: number[] = [];
  const pace = createPace(10, { nowMs: () => 0, sleep: async (ms) => sleeps.push(ms) });
  await Promise.all([pace.wait(), pace.wait()]);
  expect(sleeps).toEqual([100, 200]);
});
