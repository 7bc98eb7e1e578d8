import { expect, test } from 'vitest';
import { findHints } from './hints.ts';
import { createSnapshot, createStanding, emptySnapshot } from './testing/snapshots.ts';

test('a pipeline at work needs no remark', () => {
  expect(findHints(createSnapshot())).toEqual([]);
});

test('an empty pipeline names the next command: the producer, or the consumer where records wait', () => {
  expect(findHints(emptySnapshot)).toEqual(['nothing is stored yet: pnpm --filter producer start']);
  const partitions = [createStanding({ lag: 1_200n })];
  expect(findHints({ ...emptySnapshot, partitions })).toEqual([
    'nothing is stored yet, 1,200 records wait: pnpm --filter consumer start',
  ]);
});

test('without Kafka the reason is told', () => {
  const kafkaProblem = 'Kafka at broker:9092 does not answer';
  expect(findHints(createSnapshot({ kafkaProblem }))).toEqual([`lag is not known: ${kafkaProblem}`]);
});
