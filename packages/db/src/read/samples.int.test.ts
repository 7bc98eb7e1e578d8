import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { createFreshDatabase, type FreshDatabase } from '../testing/fresh-database.ts';
import { keepSample, readSamples, type StatsSample } from './samples.ts';

let fresh: FreshDatabase;
const pipeline = { topic: 'events', groupId: 'group' };
/** The start of a minute, half an hour ago. */
const startMs = (Math.floor(Date.now() / 60_000) - 30) * 60_000;

beforeAll(async () => {
  fresh = await createFreshDatabase(inject('postgresUrl'));
});
afterAll(() => fresh[Symbol.asyncDispose]());
beforeEach(() => fresh.database.run((sql) => sql`truncate stats_samples`));

const sample = (second: number, change: Partial<StatsSample> = {}): StatsSample => ({
  atMs: startMs + second * 1_000,
  stored: 9_007_199_254_740_993n,
  openDeadLetters: 2n,
  lag: 3n,
  end: 44n,
  secondsBehind: 0.25,
  latency: { p50: 0.1, p95: 0.2, p99: 0.3 },
  ...change,
});

const keep = (one: StatsSample, of = pipeline) => keepSample(fresh.database, of, one);
const read = (minutes: number, stepSeconds: number) =>
  readSamples(fresh.database, pipeline, { minutes, stepSeconds });

const unknown = { lag: null, end: null, secondsBehind: null, latency: null };

test('a sample is read as it was stored, unknown values included', async () => {
  await keep(sample(0));
  await keep(sample(10, unknown));
  expect(await read(60, 10)).toEqual([
    { ...sample(0), mostLag: 3n },
    { ...sample(10, unknown), mostLag: null },
  ]);
});

test('each slot keeps one sample per pipeline', async () => {
  await Promise.all([sample(0), sample(3), sample(9.9)].map((one) => keep(one)));
  await keep(sample(0), { topic: 'others', groupId: 'group' });
  expect(await read(60, 10)).toHaveLength(1);
});

test('a step returns its last sample and its maximum lag', async () => {
  for (const [at, lag] of [3n, 900n, 5n, 1n].entries()) await keep(sample(10 * at, { lag }));
  expect(await read(60, 60)).toMatchObject([{ atMs: sample(30).atMs, lag: 1n, mostLag: 900n }]);
});

test('only the requested minutes are read, and samples expire after a day', async () => {
  const hour = 3_600;
  for (const hours of [-30, -25, -23, -2, 0]) await keep(sample(hours * hour));
  expect(await read(60, 10)).toHaveLength(1);
  expect(await read(100_000, 10)).toHaveLength(3);
});
