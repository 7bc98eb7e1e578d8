import { expect, test } from 'vitest';
import { findRemarks } from './remarks.ts';
import { createSnapshot, createStanding, emptySnapshot } from './testing/snapshots.ts';

test('a pipeline at work needs no remark', () => {
  expect(findRemarks(createSnapshot())).toEqual([]);
});

test('an empty pipeline names the next command: the producer, or the consumer where records wait', () => {
  expect(findRemarks(emptySnapshot)).toEqual(['nothing is stored yet: pnpm --filter producer start']);
  const partitions = [createStanding({ lag: 1_200n })];
  expect(findRemarks({ ...emptySnapshot, partitions })).toEqual([
    'nothing is stored yet, 1,200 records wait: pnpm --filter consumer start',
  ]);
});

test('without Kafka the reason is told', () => {
  const kafkaProblem = 'Kafka at broker:9092 does not answer';
  expect(findRemarks(createSnapshot({ kafkaProblem }))).toEqual([`lag is not known: ${kafkaProblem}`]);
});
