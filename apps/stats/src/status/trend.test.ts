import { expect, test } from 'vitest';
import { createSnapshot, createStanding } from '../testing/snapshots.ts';
import { addSample, type Sample, toSample, trendOf } from './trend.ts';

const { totals } = createSnapshot();

/** A sample of one partition, `seconds` after the start. */
const at = (seconds: number, endOffset: bigint, lag: bigint | null, stored = 0n): Sample => {
  const partitions = [createStanding({ endOffset: lag === null ? null : endOffset, lag })];
  const generatedAt = new Date(seconds * 1_000).toISOString();
  return toSample(createSnapshot({ generatedAt, partitions, totals: { ...totals, stored } }));
};

test('fewer than two samples give no trend', () => {
  expect(trendOf([])).toMatchObject({
    storedPerSecond: null,
    etaSeconds: null,
    growingSeconds: 0,
    stuck: [],
  });
  expect(trendOf([at(0, 10n, 5n)])).toMatchObject({ producedPerSecond: null, etaSeconds: null, stuck: [] });
});

test('rates cover the last minute, and the ETA is lag ÷ (consumed - produced)', () => {
  const samples = [at(0, 0n, 0n, 0n), at(100, 1_000n, 600n, 400n), at(110, 1_100n, 500n, 600n)];
  expect(trendOf(samples)).toMatchObject({
    storedPerSecond: 20,
    producedPerSecond: 10,
    consumedPerSecond: 20,
    etaSeconds: 50,
    growingSeconds: 0,
  });
});

test('a growing lag has grown since its minimum', () => {
  const samples = [at(0, 10n, 9n), at(60, 20n, 5n), at(120, 130n, 50n), at(150, 230n, 90n)];
  expect(trendOf(samples)).toMatchObject({ growingSeconds: 90, etaSeconds: null });
});

test('a fluctuating lag is not growing for long', () => {
  const samples = [0, 10, 20, 30, 40, 50].map((s) => at(s, BigInt(10 * s + 7), s % 20 === 0 ? 2n : 9n));
  expect(trendOf(samples).growingSeconds).toBeLessThanOrEqual(10);
});

test('noise before a growth does not count as growth', () => {
  const samples = [0n, 3n, 1n, 4n, 300n, 600n].map((lag, index) =>
    at(10 * index, BigInt(200 * index) + lag, lag),
  );
  expect(trendOf(samples).growingSeconds).toBe(20);
});

test('without Kafka the lag has no trend, and stored events have a rate', () => {
  const samples = [at(0, 10n, 5n, 10n), at(10, 0n, null, 30n)];
  expect(trendOf(samples)).toMatchObject({
    storedPerSecond: 2,
    etaSeconds: null,
    growingSeconds: 0,
    stuck: [],
  });
});

test('a partition with a backlog is stuck while its committed offset does not move', () => {
  const samples = [at(0, 10n, 9n), at(10, 10n, 5n), at(20, 20n, 15n), at(50, 30n, 25n)];
  expect(trendOf(samples).stuck).toEqual([{ topic: 'events', partition: 0, seconds: 40 }]);
  expect(trendOf([...samples, at(60, 30n, 24n)]).stuck).toEqual([]);
  expect(trendOf([...samples, at(60, 30n, 0n)]).stuck).toEqual([]);
  expect(trendOf([at(0, 9n, 0n), at(40, 9n, 0n)]).stuck).toEqual([]);
});

test('a recreated topic has no negative rate', () => {
  expect(trendOf([at(0, 1_000n, 0n, 9n), at(10, 5n, 0n, 9n)])).toMatchObject({
    producedPerSecond: null,
    consumedPerSecond: null,
    storedPerSecond: 0,
  });
});

test('ten minutes are kept; after the clock is set back, only older samples', () => {
  const samples = [0, 300, 601].reduce<readonly Sample[]>((all, s) => addSample(all, at(s, 0n, 0n)), []);
  expect(samples.map(({ atMs }) => atMs)).toEqual([300_000, 601_000]);
  expect(addSample(samples, at(301, 0n, 0n)).map(({ atMs }) => atMs)).toEqual([300_000, 301_000]);
});

test('a sum with an unknown part is unknown', () => {
  const partitions = [createStanding({}), createStanding({ partition: 1, lag: null, endOffset: null })];
  expect(toSample(createSnapshot({ partitions }))).toMatchObject({
    atMs: Date.parse('2026-11-24T09:31:10Z'),
    lag: null,
    end: null,
    waiting: new Map([['events/0', { topic: 'events', partition: 0, position: 1_041n }]]),
  });
});
