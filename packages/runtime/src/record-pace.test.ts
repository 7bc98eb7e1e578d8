import { expect, test, vi } from 'vitest';
import { createRecordPace } from './record-pace.ts';

let nowMs = 0;

vi.mock(import('./retry.ts'), async (importActual) => ({
  ...(await importActual()),
  pause: async (ms: number) => {
    nowMs += ms;
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
