import { expect, test } from 'vitest';
import type { DashboardState } from '../page/dashboard-state.ts';
import {
  calmTrend,
  createDashboardState,
  createSnapshot,
  createStanding,
  emptySnapshot,
} from '../testing/snapshots.ts';
import { findHints, judge } from './status.ts';

const { totals } = createSnapshot();
const emptyGroup = { state: 'Empty', members: [] };
const caughtUp = createSnapshot({
  partitions: [createStanding({ lag: 0n, secondsBehind: 0 })],
  totals: { ...totals, openDeadLetters: 0n },
});
const waiting = { ...caughtUp, partitions: [createStanding({ lag: 1_234n, secondsBehind: 75 })] };

const pausedBy = (by: string, reason: string) => ({
  ...{ topic: 'events', partition: 1, by, reason },
  pausedAt: '2026-11-24T09:30:00.000Z',
});

const cases: readonly (readonly [word: string, reason: string, state: DashboardState])[] = [
  ['healthy', 'events are stored as they arrive', createDashboardState({ snapshot: caughtUp })],
  [
    'healthy',
    'events are stored as they arrive',
    createDashboardState({ snapshot: { ...caughtUp, totals } }),
  ],
  [
    'healthy',
    'events are stored as they arrive',
    createDashboardState({
      snapshot: { ...caughtUp, partitions: [createStanding({ lag: 30n, secondsBehind: 0.4 })] },
    }),
  ],
  [
    'down',
    'lag is unknown: no broker',
    createDashboardState({ snapshot: { ...caughtUp, kafkaProblem: 'no broker' } }),
  ],
  [
    'empty',
    'nothing is stored yet: pnpm --filter producer start',
    createDashboardState({ snapshot: emptySnapshot }),
  ],
  [
    'stopped',
    'no consumer is running: pnpm --filter consumer start',
    createDashboardState({ snapshot: caughtUp, group: emptyGroup }),
  ],
  [
    'stopped',
    'no consumer is running, and 1,234 records are not read yet: pnpm --filter consumer start',
    createDashboardState({ snapshot: waiting, group: emptyGroup }),
  ],
  [
    'stalled',
    'no commit on partition events/1 for 2 min, despite a backlog',
    createDashboardState({
      snapshot: waiting,
      trend: { ...calmTrend, stuck: [{ topic: 'events', partition: 1, seconds: 130 }] },
    }),
  ],
  [
    'stalled',
    'no commit on partitions events/0, events/1, events/2, events/3, events/4 and 2 more for 6 min, despite a backlog',
    createDashboardState({
      snapshot: waiting,
      trend: {
        ...calmTrend,
        stuck: [0, 1, 2, 3, 4, 5, 6].map((partition) => ({
          ...{ topic: 'events', partition },
          seconds: 60 * partition + 30,
        })),
      },
    }),
  ],
  [
    'paused',
    'alice paused partition events/1 (deploy)',
    createDashboardState({
      snapshot: { ...waiting, pauses: [pausedBy('alice', 'deploy')] },
      trend: { ...calmTrend, stuck: [{ topic: 'events', partition: 1, seconds: 130 }] },
    }),
  ],
  [
    'stalled',
    'no commit on partition events/0 for 2 min, despite a backlog',
    createDashboardState({
      snapshot: { ...waiting, pauses: [pausedBy('alice', 'deploy')] },
      trend: { ...calmTrend, stuck: [{ topic: 'events', partition: 0, seconds: 130 }] },
    }),
  ],
  [
    'falling behind',
    'lag growing for 3 min: 1,200/s produced, 800/s consumed',
    createDashboardState({
      snapshot: waiting,
      trend: { ...calmTrend, growingSeconds: 180, producedPerSecond: 1_200, consumedPerSecond: 800 },
    }),
  ],
  [
    'catching up',
    '1,234 records to read, caught up in about 12 s',
    createDashboardState({ snapshot: waiting, trend: { ...calmTrend, etaSeconds: 12.3 } }),
  ],
  ['catching up', '1,234 records to read', createDashboardState({ snapshot: waiting })],
];

test.each(cases)('a pipeline is %s because: %s', (word, reason, state) => {
  expect(judge(state)).toEqual({ word, reasons: expect.arrayContaining([reason]) });
  expect(judge(state).reasons[0]).toBe(reason);
});

test('less severe reasons follow', () => {
  expect(judge(createDashboardState({ snapshot: emptySnapshot, group: emptyGroup })).reasons).toEqual([
    'nothing is stored yet: pnpm --filter producer start',
    'no consumer is running: pnpm --filter consumer start',
  ]);
});

test('an unknown group is not an empty group', () => {
  expect(judge(createDashboardState({ snapshot: caughtUp, group: null }))).toEqual({
    word: 'healthy',
    reasons: ['events are stored as they arrive'],
  });
});

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

test('paused partitions are named with their users, and reasons that were given', () => {
  const pauses = [pausedBy('alice', ''), { ...pausedBy('b\x1b[2J', ''), partition: 2 }];
  expect(findHints(createSnapshot({ pauses }))).toEqual([
    'alice, b\\u001b[2J paused partitions events/1, events/2',
  ]);
});
