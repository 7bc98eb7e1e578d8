import { lagOf } from '@pipeline/kafka';
import { expect, test } from 'vitest';
import { formatLag, formatMaxSecondsBehind } from '../web/format/numbers.ts';
import { describeTrend } from '../web/overview/cards.ts';
import { columns } from '../web/overview/lag-table.ts';
import { joinStandings } from './collect/collect.ts';
import type { Report } from './page/report.ts';
import { judge } from './status/status.ts';
import type { Trend } from './status/trend.ts';
import { toJson } from './terminal/json.ts';
import { renderSnapshot } from './terminal/table.ts';
import { calmTrend, createDashboardState, createSnapshot, createStanding } from './testing/snapshots.ts';

/** Each rule prevents a bug of another tool. Partitions: three records behind, never committed, unknown. */
const known = createStanding({});
const fresh = createStanding({
  partition: 1,
  currentOffset: null,
  endOffset: 34n,
  lag: 34n,
  secondsBehind: null,
});
const unknown = createStanding({
  partition: 2,
  currentOffset: null,
  endOffset: null,
  lag: null,
  secondsBehind: null,
});
const cellsOf = (partition: Report['partitions'][number]) => columns.map(([, cellOf]) => cellOf(partition));
const pageOf = (partitions: readonly (typeof known)[], trend: Trend = calmTrend) => {
  const { lag, partitions: shown } = toJson(createSnapshot({ partitions }));
  return { lag, partitions: shown, trend };
};

const totalsOf = ({ partitions }: ReturnType<typeof pageOf>) => [
  formatLag(partitions.map(({ lag }) => lag)),
  formatMaxSecondsBehind(partitions.map(({ secondsBehind }) => secondsBehind)),
];

test('lag is max(end - max(committed, log start), 0)', () => {
  expect(lagOf({ logStart: 10n, logEnd: 44n, committed: 41n }).lag).toBe(3n);
  expect(lagOf({ logStart: 40n, logEnd: 44n, committed: 5n }).lag).toBe(4n);
  expect(lagOf({ logStart: 0n, logEnd: 3n, committed: 90n }).lag).toBe(0n);
});

test('without a commit the lag is end - log start, and CURRENT-OFFSET is "-"', () => {
  expect(lagOf({ logStart: 10n, logEnd: 44n, committed: undefined })).toMatchObject({
    current: null,
    lag: 34n,
  });
  const [row] = pageOf([fresh]).partitions.map(cellsOf);
  expect(row).toEqual(['1', '-', '34', '34', 'n/a']);
  expect(renderSnapshot(createSnapshot({ partitions: [fresh] }))).toMatch(/^events +1 +- +34 +34 +n\/a$/m);
});

test('unknown is n/a, never 0, and a total with an unknown part has ≥', () => {
  const page = pageOf([known, unknown]);
  expect(page.partitions.map(cellsOf)[1]).toEqual(['2', 'n/a', 'n/a', 'n/a', 'n/a']);
  expect([page.lag, totalsOf(page)]).toEqual([null, ['≥3', '≥0.2 s']]);
  expect(totalsOf(pageOf([unknown]))).toEqual(['n/a', 'n/a']);
  expect(renderSnapshot(createSnapshot({ partitions: [known, unknown] }))).toContain('≥3');
});

test('an unknown partition does not hide the others', () => {
  const ledger = [0, 1].map((partition) => ({
    topic: 'events',
    partition,
    nextOffset: 5n,
    recordAgeSeconds: 7,
  }));
  const offsets = { topic: 'events', partition: 1, logStart: 0n, logEnd: 9n, stableEnd: 9n, committed: 4n };
  expect(joinStandings(['events'], ledger, [offsets])).toMatchObject([
    { partition: 0, lag: null, secondsBehind: null },
    { partition: 1, lag: 5n, secondsBehind: 7 },
  ]);
});

test('a group without members still shows its lag', () => {
  const state = createDashboardState({ group: { state: 'Empty', members: [] } });
  expect(judge(state)).toMatchObject({
    word: 'stopped',
    reasons: [expect.stringContaining('3 records are not read yet')],
  });
  expect(totalsOf(pageOf([known]))).toEqual(['3', '0.2 s']);
});

test('the backlog is caught up after lag ÷ (consumed/s - produced/s)', () => {
  const behind = [createStanding({ secondsBehind: 90, lag: 600n })];
  const shrinking = { ...calmTrend, producedPerSecond: 10, consumedPerSecond: 15, etaSeconds: 120 };
  expect(describeTrend(pageOf(behind, shrinking))).toBe('caught up in 2 min');
  const growing = { ...calmTrend, producedPerSecond: 15, consumedPerSecond: 10, growingSeconds: 75 };
  expect(describeTrend(pageOf(behind, growing))).toBe('growing for 75 s');
});
