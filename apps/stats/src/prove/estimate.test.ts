import { resolvePosition } from '@pipeline/kafka';
import { parsePosition } from '@pipeline/program';
import { expect, test } from 'vitest';
import { createEstimate } from './estimate.ts';
import { initialState } from './state.ts';

test('a position is an offset or a time', async () => {
  expect([parsePosition('41'), parsePosition('2026-11-24')]).toEqual([41n, new Date('2026-11-24')]);
  expect(() => parsePosition('yesterday')).toThrow('Expected an offset');
  const admin = { fetchOffsetsAt: async (topic: string) => new Map([[0, topic === 'a' ? 5n : 6n]]) };
  const offsetOf = await resolvePosition(admin, ['a', 'b'], new Date());
  const places = [
    { topic: 'a', partition: 0 },
    { topic: 'b', partition: 0 },
    { topic: 'b', partition: 1 },
  ];
  expect(places.map(offsetOf)).toEqual([5n, 6n, undefined]);
});

test('the time that is left follows from the speed since the start', () => {
  const partition = {
    topic: 'a',
    partition: 0,
    startOffset: 0n,
    nextOffset: 100n,
    records: 0n,
    conflicts: 0n,
  };
  const proven = { ...partition, resets: 0, topicId: null, identity: '', from: 0n, to: 100n };
  const plan = { startedAt: '', partitions: [proven], rowsNotChecked: null };
  const state = initialState(plan, { count: 0, first: [] }, []);
  let now = 0;
  const estimate = createEstimate(() => now);
  expect(estimate({ ...state, next: 50n })).toEqual({ percent: 50, rest: '' });
  now = 10_000;
  expect(estimate({ ...state, next: 75n })).toEqual({ percent: 75, rest: ', 10 s left' });
});
