import { lagOf } from '@pipeline/kafka';
import { expect, test } from 'vitest';
import { cellsOf, describeTrend, formatLag, formatLongest } from '../web/lag-words.ts';
import { joinStandings } from './collect.ts';
import { toJson } from './json.ts';
import { judge } from './status.ts';
import { renderSnapshot } from './table.ts';
import { calmTrend, createDashboardState, createSnapshot, createStanding } from './testing/snapshots.ts';
import type { Trend } from './trend.ts';

/** Each rule is from somebody's bug. Three partitions: three records behind, never committed, not known. */
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
const pageOf = (partitions: readonly (typeof known)[], trend: Trend = calmTrend) => {
  const { lag, partitions: shown } = toJson(createSnapshot({ partitions }));
  return { lag, partitions: shown, trend };
};

test('lag is max(end - max(committed, log start), 0)', () => {
  expect(lagOf({ logStart: 10n, logEnd: 44n, committed: 41n }).lag).toBe(3n);
  expect(lagOf({ logStart: 40n, logEnd: 44n, committed: 5n }).lag).toBe(4n);
  expect(lagOf({ logStart: 0n, logEnd: 3n, committed: 90n }).lag).toBe(0n);
});

test('where nothing was committed the lag is end - log start, and CURRENT-OFFSET is "-"', () => {
  expect(lagOf({ logStart: 10n, logEnd: 44n, committed: undefined })).toMatchObject({
    current: null,
    lag: 34n,
  });
  const [row] = pageOf([fresh]).partitions.map(cellsOf);
  expect(row).toEqual(['1', '-', '34', '34', 'n/a']);
  expect(renderSnapshot(createSnapshot({ partitions: [fresh] }))).toMatch(/^events +1 +- +34 +34 +n\/a$/m);
});

test('what is not known is n/a, never 0, and a total with an unknown part says ≥', () => {
  const page = pageOf([known, unknown]);
  expect(page.partitions.map(cellsOf)[1]).toEqual(['2', 'n/a', 'n/a', 'n/a', 'n/a']);
  expect([page.lag, formatLag(page), formatLongest(page.partitions)]).toEqual([null, '≥ 3', '≥ 0.2 s']);
  expect([formatLag(pageOf([unknown])), formatLongest(pageOf([unknown]).partitions)]).toEqual(['n/a', 'n/a']);
  expect(renderSnapshot(createSnapshot({ partitions: [known, unknown] }))).toContain('≥3');
});

test('a partition that is not known blanks no other', () => {
  const ledger = [0, 1].map((partition) => ({ partition, nextOffset: 5n, recordAgeSeconds: 7 }));
  const offsets = { topic: 'events', partition: 1, logStart: 0n, logEnd: 9n, stableEnd: 9n, committed: 4n };
  expect(joinStandings('events', ledger, [offsets])).toMatchObject([
    { partition: 0, lag: null, secondsBehind: null },
    { partition: 1, lag: 5n, secondsBehind: 7 },
  ]);
});

test('a group without members still shows its lag', () => {
  const look = createDashboardState({ group: { state: 'Empty', members: [] } });
  expect(judge(look)).toMatchObject({
    word: 'stopped',
    reasons: [expect.stringContaining('3 records wait'), expect.any(String)],
  });
  expect(formatLag(pageOf([known]))).toBe('3');
});

test('the lag is gone after lag ÷ (consumed/s - produced/s), and grows where that is not positive', () => {
  const behind = [createStanding({ secondsBehind: 90, lag: 600n })];
  const shrinking = { ...calmTrend, producedPerSecond: 10, consumedPerSecond: 15, etaSeconds: 120 };
  expect(describeTrend(pageOf(behind, shrinking))).toBe('gone in 2 min');
  const growing = { ...calmTrend, producedPerSecond: 15, consumedPerSecond: 10, growingSeconds: 75 };
  expect(describeTrend(pageOf(behind, growing))).toBe('growing for 1 min');
});
