import { expect, test } from 'vitest';
import type { DashboardState } from './dashboard-state.ts';
import { judge } from './status.ts';
import {
  calmTrend,
  createDashboardState,
  createSnapshot,
  createStanding,
  emptySnapshot,
} from './testing/snapshots.ts';

const { totals } = createSnapshot();
const nobody = { state: 'Empty', members: [] };
const caughtUp = createSnapshot({
  partitions: [createStanding({ lag: 0n, secondsBehind: 0 })],
  totals: { ...totals, openDeadLetters: 0n },
});
const waiting = { ...caughtUp, partitions: [createStanding({ lag: 1_234n, secondsBehind: 75 })] };

const cases: readonly (readonly [word: string, reason: string, look: DashboardState])[] = [
  ['healthy', 'records are stored as they come', createDashboardState({ snapshot: caughtUp })],
  ['healthy', 'records are stored as they come', createDashboardState({ snapshot: { ...caughtUp, totals } })],
  [
    'healthy',
    'records are stored as they come',
    createDashboardState({
      snapshot: { ...caughtUp, partitions: [createStanding({ lag: 30n, secondsBehind: 0.4 })] },
    }),
  ],
  [
    'down',
    'lag is not known: no broker',
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
    createDashboardState({ snapshot: caughtUp, group: nobody }),
  ],
  [
    'stopped',
    'no consumer is running, and 1,234 records wait: pnpm --filter consumer start',
    createDashboardState({ snapshot: waiting, group: nobody }),
  ],
  [
    'stalled',
    'no commit on partition 1 for 2 min, and records wait there',
    createDashboardState({
      snapshot: waiting,
      trend: { ...calmTrend, stuck: [{ partition: 1, seconds: 130 }] },
    }),
  ],
  [
    'stalled',
    'no commit on partitions 0, 1, 2, 3, 4 and 2 more for 6 min, and records wait there',
    createDashboardState({
      snapshot: waiting,
      trend: {
        ...calmTrend,
        stuck: [0, 1, 2, 3, 4, 5, 6].map((partition) => ({ partition, seconds: 60 * partition + 30 })),
      },
    }),
  ],
  [
    'falling behind',
    'lag has grown for 3 min: 1,200/s come in, 800/s are read',
    createDashboardState({
      snapshot: waiting,
      trend: { ...calmTrend, growingSeconds: 180, producedPerSecond: 1_200, consumedPerSecond: 800 },
    }),
  ],
  [
    'catching up',
    '1,234 records to read, gone in about 12 s',
    createDashboardState({ snapshot: waiting, trend: { ...calmTrend, etaSeconds: 12.3 } }),
  ],
  ['catching up', '1,234 records to read', createDashboardState({ snapshot: waiting })],
];

test.each(cases)('a pipeline is %s because: %s', (word, reason, look) => {
  expect(judge(look)).toEqual({ word, reasons: expect.arrayContaining([reason]) });
  expect(judge(look).reasons[0]).toBe(reason);
});

test('what is less weighty is said too', () => {
  const snapshot = { ...emptySnapshot, totals: { ...emptySnapshot.totals, openDeadLetters: 1n } };
  expect(judge(createDashboardState({ snapshot, group: nobody })).reasons).toEqual([
    'nothing is stored yet: pnpm --filter producer start',
    'no consumer is running: pnpm --filter consumer start',
    '1 open dead letter: what could not be stored is kept for you to look at',
  ]);
});

test('who may not ask Kafka who reads is not told that nobody does', () => {
  expect(judge(createDashboardState({ snapshot: caughtUp, group: null }))).toEqual({
    word: 'healthy',
    reasons: ['records are stored as they come'],
  });
});
