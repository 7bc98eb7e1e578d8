import { expect, test } from 'vitest';
import { judge } from './judge.ts';
import { createSnapshot, createStanding, emptySnapshot } from './testing/snapshots.ts';

const caughtUp = [createStanding({ lag: 0n })];
const { totals } = createSnapshot();

test.each([
  ['unknown', 'no broker', createSnapshot({ kafkaProblem: 'no broker' })],
  ['behind', '3 records to read', createSnapshot()],
  ['behind', '3 records to read', { ...emptySnapshot, partitions: [createStanding({})] }],
  ['empty', 'nothing stored yet: pnpm --filter producer start', emptySnapshot],
  ['up to date', '5 open dead letters', createSnapshot({ partitions: caughtUp })],
  [
    'up to date',
    'everything is stored',
    createSnapshot({ partitions: caughtUp, totals: { ...totals, openDeadLetters: 0n } }),
  ],
])('a pipeline is %s because: %s', (word, why, snapshot) => {
  expect(judge(snapshot)).toEqual({ word, why });
});
