import { expect, test } from 'vitest';
import { createSnapshot, createStanding, emptySnapshot } from '../testing/snapshots.ts';
import { findHints } from './hints.ts';

test('a working pipeline needs no hint', () => {
  expect(findHints(createSnapshot())).toEqual([]);
});

test('an empty pipeline gets the next command, depending on its backlog', () => {
  expect(findHints(emptySnapshot)).toEqual(['nothing is stored yet: pnpm --filter producer start']);
  const partitions = [createStanding({ lag: 1_200n })];
  expect(findHints({ ...emptySnapshot, partitions })).toEqual([
    'nothing is stored yet, 1,200 records to read: pnpm --filter consumer start',
  ]);
});

test('without Kafka the reason is given', () => {
  const kafkaProblem = 'Kafka at broker:9092 does not respond';
  expect(findHints(createSnapshot({ kafkaProblem }))).toEqual([`lag is unknown: ${kafkaProblem}`]);
});
