import { expect, test } from 'vitest';
import { lagOf } from './lag.ts';

test.each([
  ['the distance from the committed offset to the end', { logStart: 0n, logEnd: 44n, committed: 41n }, 3n],
  ['the whole log if nothing was committed', { logStart: 10n, logEnd: 44n, committed: undefined }, 34n],
  [
    'counted from the log start if retention passed the commit',
    { logStart: 40n, logEnd: 44n, committed: 5n },
    4n,
  ],
  ['never negative, even if the topic was recreated', { logStart: 0n, logEnd: 3n, committed: 90n }, 0n],
  ['0 for an empty partition', { logStart: 0n, logEnd: 0n, committed: undefined }, 0n],
])('lag is %s', (_, offsets, lag) => {
  expect(lagOf(offsets).lag).toBe(lag);
});

test('a group that never committed has no current offset', () => {
  expect(lagOf({ logStart: 2n, logEnd: 5n, committed: undefined })).toEqual({
    ...{ current: null, from: 2n, end: 5n, lag: 3n },
  });
});

test('a group reads next from its offset, or from the log start if that is later', () => {
  const from = (committed: bigint) => lagOf({ logStart: 2n, logEnd: 5n, committed });
  expect(from(4n)).toEqual({ current: 4n, from: 4n, end: 5n, lag: 1n });
  expect(from(1n)).toEqual({ current: 1n, from: 2n, end: 5n, lag: 3n });
});
