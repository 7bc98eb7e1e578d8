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

test.each([
  [1, 1],
  [25, 3],
  [1_000_000, 50],
])('at %i a second, %i go together', (perSecond, together) => {
  expect(createPace(perSecond).together).toBe(together);
});

test('so many go in a second and no more, and an idle second is not made up for', async () => {
  const clock = createClock();
  const pace = createPace(100, clock);
  for (let gone = 0; gone < 200; gone += pace.together) await pace.wait(pace.together);
  expect(clock.nowMs()).toBe(3_000);
  await clock.sleep(60_000);
  await pace.wait(100);
  expect(clock.nowMs()).toBe(64_000);
});

test('time that has passed already is not slept', async () => {
  const sleeps: number[] = [];
  let nowMs = 0;
  const pace = createPace(1_000_000, { nowMs: () => nowMs++, sleep: async (ms) => sleeps.push(ms) });
  await pace.wait(50);
  expect(sleeps).toEqual([0]);
});

test('two who wait at the same time share the rate', async () => {
  const sleeps: number[] = [];
  const pace = createPace(10, { nowMs: () => 0, sleep: async (ms) => sleeps.push(ms) });
  await Promise.all([pace.wait(5), pace.wait(5)]);
  expect(sleeps).toEqual([500, 1_000]);
});
