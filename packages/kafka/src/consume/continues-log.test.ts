import { expect, test } from 'vitest';
import { continuesLog } from './continues-log.ts';
import type { EpochEnd } from './divergence.ts';

const read = { topic: 'events', partition: 0, position: 100n, epoch: 7 };
const notAsked = () => Promise.reject(new Error('asked'));

test.each([
  ['the same epoch', 7, 7],
  ['no epoch', 7, undefined],
  ['an epoch after an unknown one', undefined, 9],
])('records with %s continue the log without a request', async (_, epoch, firstEpoch) => {
  expect(await continuesLog({ ...read, epoch }, firstEpoch, notAsked)).toBe(true);
});

test.each<[string, EpochEnd | undefined, boolean]>([
  ['if the former epoch ends there', { epoch: 7, endOffset: 100n }, true],
  ['not if it ends earlier', { epoch: 7, endOffset: 99n }, false],
  ['not if the log never had it', { epoch: 6, endOffset: 100n }, false],
  ['not if that is unknown', undefined, false],
])('records of a later epoch continue the log %s', async (_, end, expected) => {
  const asked: unknown[] = [];
  const found = await continuesLog(read, 9, async (...all) => {
    asked.push(all);
    return end;
  });
  expect(found).toBe(expected);
  expect(asked).toEqual([[{ topic: 'events', partition: 0 }, 7, 9]]);
});

test('records of an earlier epoch do not continue the log', async () => {
  expect(await continuesLog(read, 6, notAsked)).toBe(false);
});
