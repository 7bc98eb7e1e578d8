import type { Database } from '@pipeline/db';
import { createLogger } from '@pipeline/program';
import { expect, test, vi } from 'vitest';
import { createConsumerProbes, createHealth } from './health.ts';
import { createRetryPolicy } from './retry-policy.ts';
import { createTestMetrics } from './testing/metrics.ts';

const logger = createLogger('test', { LOG_LEVEL: 'silent', LOG_FORMAT: 'json' });
const working = { joined: true, batchesInFlight: 1, silentMs: 0 };

/** The result of `stuck` after some seconds without progress. */
function stuckAfter(seconds: number, source: typeof working, statementTimeoutMs = 20_000) {
  const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
  const health = createHealth(logger, createTestMetrics(), statementTimeoutMs);
  health.watch(source);
  clock.mockReturnValue(seconds * 1_000);
  const stuck = health.stuck();
  clock.mockRestore();
  return stuck;
}

test('a batch without progress is stuck, an idle process is not', () => {
  expect(stuckAfter(119, working)).toBeUndefined();
  expect(stuckAfter(121, working)).toMatch(/no progress for 121 s/);
  expect(stuckAfter(100_000, { ...working, batchesInFlight: 0 })).toBeUndefined();
});

// M2
test('each statement of a batch is progress, also one that Postgres refuses', async () => {
  const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
  const health = createHealth(logger, createTestMetrics());
  health.watch(working);
  const places = { kafka: 'kafka', postgres: 'postgres' };
  const { persist } = createRetryPolicy(places, health, new AbortController().signal);
  const refused = () => Promise.reject(new Error('refused'));
  for (let second = 1; second <= 200; second++) {
    clock.mockReturnValue(second * 1_000);
    await persist(refused).catch(() => {});
    expect(health.stuck()).toBeUndefined();
  }
  clock.mockRestore();
});

test('a statement that may take an hour is not stuck before that', () => {
  expect(stuckAfter(3_599, working, 3_600_000)).toBeUndefined();
  expect(stuckAfter(7_261, working, 3_600_000)).toMatch(/no progress for 7261 s/);
});

// H1
test('writes that fail for longer than the limit make the consumer unready', async () => {
  const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
  const metrics = createTestMetrics();
  const health = createHealth(logger, metrics);
  health.watch(working);
  const database = { run: async () => [] } as Partial<Database> as Database;
  const { unready } = createConsumerProbes(health, metrics, database, 30_000);
  const { persist } = createRetryPolicy(
    { kafka: 'kafka', postgres: 'postgres' },
    health,
    new AbortController().signal,
  );
  const seconds = [29, 31, 65];
  const seen: (readonly string[])[] = [];
  await persist(async () => {
    seen.push(await unready());
    const second = seconds.shift();
    if (second === undefined) return;
    clock.mockReturnValue(second * 1_000);
    throw Object.assign(new Error('no space left on device'), { code: '53100' });
  });
  clock.mockRestore();
  expect(seen).toEqual([[], [], [], ['Postgres: writes have been failing for 36 s']]);
  expect(await unready()).toEqual([]);
});

test('a silent group member is stuck, one that is waiting for Kafka is not', () => {
  expect(stuckAfter(1, { ...working, silentMs: 89_000 })).toBeUndefined();
  expect(stuckAfter(1, { ...working, silentMs: 91_000 })).toMatch(/silent for 91 s/);
  expect(stuckAfter(1, { joined: false, batchesInFlight: 0, silentMs: 91_000 })).toBeUndefined();
});

test('pauses are reported with their reasons until the next rebalance', async () => {
  const metrics = createTestMetrics();
  const health = createHealth(logger, metrics);
  const exported = async () => (await metrics.paused.get()).values.map(({ value }) => value);
  health.paused('events/1', 'too many dead letters');
  expect(health.pauses).toEqual(['events/1 is paused: too many dead letters']);
  expect(await exported()).toEqual([1]);
  health.resumed();
  expect(health.pauses).toEqual([]);
  expect(await exported()).toEqual([0]);
});
