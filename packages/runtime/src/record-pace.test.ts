import { expect, test, vi } from 'vitest';
import { createRecordPace } from './record-pace.ts';

let nowMs = 0;
const pauses: number[] = [];

vi.mock(import('./retry.ts'), async (importActual) => ({
  ...(await importActual()),
  pause: async (ms: number) => {
    nowMs += ms;
    pauses.push(ms);
  },
}));

/** When each of these groups of records may have been read, in milliseconds. */
async function timesOf(perSecond: number, groups: readonly number[]): Promise<readonly number[]> {
  nowMs = 0;
  const pace = createRecordPace(perSecond, new AbortController().signal, () => nowMs);
  const times: number[] = [];
  for (const records of groups) {
    await pace.wait(records);
    times.push(nowMs);
  }
  return times;
}

test('records are read at the rate, whatever the size of their groups', async () => {
  expect(await timesOf(100, [50, 10, 40])).toEqual([500, 600, 1_000]);
});

test('without a rate nothing waits', async () => {
  expect(await timesOf(0, [1e6, 1e6])).toEqual([0, 0]);
});

test('after an idle period the rate is not exceeded', async () => {
  nowMs = 0;
  const pace = createRecordPace(100, undefined, () => nowMs);
  await pace.wait(1);
  nowMs += 60_000;
  for (let sent = 0; sent < 100; sent++) await pace.wait(1);
  expect(nowMs).toBe(61_010);
});

test('an interval below a millisecond is kept on average, with few pauses', async () => {
  pauses.length = 0;
  const times = await timesOf(3_000, new Array(3_000).fill(1));
  expect(Math.abs((times.at(-1) ?? 0) - 1_000)).toBeLessThanOrEqual(1);
  expect(pauses.length).toBeLessThanOrEqual(1_000);
});

test('concurrent callers share the rate', async () => {
  pauses.length = 0;
  const pace = createRecordPace(10, undefined, () => 0);
  await Promise.all([pace.wait(1), pace.wait(1)]);
  expect(pauses).toEqual([100, 200]);
});
