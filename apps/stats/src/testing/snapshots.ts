import type { PartitionStanding, Snapshot } from '../collect/snapshot.ts';
import type { DashboardState } from '../page/dashboard-state.ts';
import type { Trend } from '../status/trend.ts';

/** The snapshot of a working pipeline, with optional changes. */
export function createSnapshot(change: Partial<Snapshot> = {}): Snapshot {
  return {
    generatedAt: '2026-11-24T09:31:10.000Z',
    totals: {
      stored: 9_007_199_254_740_993n,
      duplicates: 4n,
      deadLettered: 5n,
      skipped: 0n,
      openDeadLetters: 5n,
      freshnessSeconds: 0.4004,
    },
    minutes: [
      { minute: '2026-11-24T09:30:00Z', eventType: 'page_view', count: 12n },
      { minute: '2026-11-24T09:31:00Z', eventType: 'page_view', count: 1_234n },
      { minute: '2026-11-24T09:31:00Z', eventType: 'signup', count: 1n },
    ],
    rollups: [],
    deadLetterGroups: [
      {
        reason: 'not_json',
        eventType: null,
        count: 3n,
        firstSeen: '2026-11-24T09:00:00.000Z',
        lastSeen: '2026-11-24T09:31:08.500Z',
      },
      {
        reason: 'unknown_event_type',
        eventType: 'teleport',
        count: 2n,
        firstSeen: '2026-11-22T08:00:00.000Z',
        lastSeen: '2026-11-24T06:00:00.000Z',
      },
    ],
    openDeadLetters: [{ topic: 'events', count: 5n }],
    partitions: [createStanding({})],
    pauses: [],
    verification: { verifiedAt: '2026-11-24T07:31:10.000Z', events: 1_234n, differences: 0n },
    kafkaProblem: undefined,
    ...change,
  };
}

/** A partition three records behind, with optional changes. */
export function createStanding(change: Partial<PartitionStanding>): PartitionStanding {
  return {
    topic: 'events',
    partition: 0,
    currentOffset: 1_041n,
    endOffset: 1_044n,
    lag: 3n,
    secondsBehind: 0.2,
    ...change,
  };
}

/** A trend without any change. */
export const calmTrend: Trend = {
  storedPerSecond: 0,
  producedPerSecond: 0,
  consumedPerSecond: 0,
  etaSeconds: null,
  growingSeconds: 0,
  stuck: [],
};

/** The state of a pipeline with one consumer, with optional changes. */
export function createDashboardState(change: Partial<DashboardState>): DashboardState {
  const members = [
    { clientId: 'consumer', host: '127.0.0.1', partitions: [{ topic: 'events', partition: 0 }] },
  ];
  const nothingNew = { latency: null, tail: { events: [], skipped: null }, proof: null };
  const group = { state: 'Stable', members };
  return { snapshot: createSnapshot(), trend: calmTrend, group, ...nothingNew, ...change };
}

/** The snapshot of a new pipeline. */
export const emptySnapshot: Snapshot = createSnapshot({
  totals: {
    stored: 0n,
    duplicates: 0n,
    deadLettered: 0n,
    skipped: 0n,
    openDeadLetters: 0n,
    freshnessSeconds: null,
  },
  minutes: [],
  deadLetterGroups: [],
  openDeadLetters: [],
  partitions: [],
  verification: null,
});

/** Hostile event types: ANSI, a bell, bidirectional and C1 controls, line breaks, markup, length. */
export const hostileTexts: readonly string[] = [
  '\x1b[2J\x1b]0;owned\x07',
  'a\r\nSTORED',
  '\u202egnp.exe\u2066',
  '\u009b31m',
  'zero\u200bwidth\ufeff',
  '<script>alert(1)</script>"\'&',
  '購入😀',
  'x'.repeat(100_000),
];
