import { expect, test } from 'vitest';
import { createPace } from './pace.ts';

/** A clock that goes forward when somebody sleeps. */
function createClock() {
  let nowMs = 1_000;
  const sleep = async (ms: number) => {
    nowMs += ms;
  };
  return { nowMs: () => nowMs, sleep };
}

test('so many go in a second and no more, and an idle second is not made up for', async () => {
  const clock = createClock();
  const pace = createPace(100, clock);
  for (let gone = 0; gone < 200; gone++) await pace.wait();
  expect(clock.nowMs()).toBe(3_000);
  await clock.sleep(60_000);
  for (let gone = 0; gone < 100; gone++) await pace.wait();
  expect(clock.nowMs()).toBe(64_000);
});

test('a rate that is not a whole number of milliseconds is kept over time', async () => {
  const clock = createClock();
  const pace = createPace(3_000, clock);
  for (let gone = 0; gone < 3_000; gone++) await pace.wait();
  expect(Math.abs(clock.nowMs() - 2_000)).toBeLessThanOrEqual(1);
});

test('two who wait at the same time share the rate', async () => {
  const sleeps: number[] = [];
  const pace = createPace(10, { nowMs: () => 0, sleep: async (ms) => sleeps.push(ms) });
  await Promise.all([pace.wait(), pace.wait()]);
  expect(sleeps).toEqual([100, 200]);
});
