import type { Database } from '@pipeline/db';
import { createLogger } from '@pipeline/program';
import type { Logger } from '@pipeline/runtime';
import { expect, test, vi } from 'vitest';
import { createConsumerProbes, createHealth } from './health.ts';
import { createRetryPolicy } from './retry-policy.ts';
import { createTestMetrics } from './testing/metrics.ts';

const logger = createLogger('test', { LOG_LEVEL: 'silent', LOG_FORMAT: 'json' });
const working = { joined: true, batchesInFlight: 1, silentMs: 0 };

/** A database that returns these rows, and the texts of the statements that it ran. */
function createDatabase(rows: () => Promise<unknown>) {
  const texts: string[] = [];
  const sql = (text: TemplateStringsArray) => {
    texts.push(text.join(''));
    return rows();
  };
  const run = (statement: (execute: typeof sql) => Promise<unknown>) => statement(sql);
  return { texts, database: { run } as unknown as Database };
}

/** A health and its metrics, and what it logs. */
function createLogged() {
  const lines: unknown[][] = [];
  const note = (...words: unknown[]) => void lines.push(words);
  const metrics = createTestMetrics();
  const health = createHealth({ warn: note, error: note } as unknown as Logger, metrics);
  return { lines, metrics, health };
}

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
  expect(stuckAfter(120, working)).toBeUndefined();
  expect(stuckAfter(121, working)).toBe('no progress for 121 s');
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
  expect(stuckAfter(7_260, working, 3_600_000)).toBeUndefined();
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
  expect(stuckAfter(1, { ...working, silentMs: 90_000 })).toBe('the Kafka client has been silent for 90 s');
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

test('the process is neither stuck nor a member of the group before it has a source', () => {
  const { health } = createLogged();
  expect([health.joined, health.stuck()]).toEqual([false, undefined]);
  health.watch({ ...working, joined: false });
  expect(health.joined).toBe(false);
  health.watch(working);
  expect(health.joined).toBe(true);
});

test.each<readonly [unknown, string]>([
  [{ code: '57P01', type: 'NOT_COORDINATOR', name: 'Error' }, '57P01'],
  [{ code: 15, type: 'NOT_COORDINATOR', name: 'KafkaJSProtocolError' }, 'NOT_COORDINATOR'],
  [new TypeError('failed'), 'TypeError'],
  [{}, 'unknown'],
])('a retry after %j is logged and counted with the cause %s, and is progress', async (error, cause) => {
  const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
  const { health, metrics, lines } = createLogged();
  health.watch(working);
  const retried = health.retrying('Kafka at kafka:9092', {
    isTransientError: () => true,
    describeError: () => 'is away',
    toUserError: () => error,
  });
  clock.mockReturnValue(121_000);
  expect(health.stuck()).toBeDefined();
  retried(error);
  expect(health.stuck()).toBeUndefined();
  clock.mockRestore();
  expect(lines).toEqual([[{ cause }, 'waiting for Kafka at kafka:9092: is away']]);
  expect((await metrics.retries.get()).values).toMatchObject([
    { value: 1, labels: { consumergroup: 'group', topic: 'events', cause } },
  ]);
});

test('a pause is logged with its partition, and exported for its topic', async () => {
  const { health, metrics, lines } = createLogged();
  health.paused('events/12', 'too many dead letters');
  expect(lines).toEqual([[{ topic: 'events', partition: 12 }, 'events/12 is paused: too many dead letters']]);
  expect((await metrics.paused.get()).values).toMatchObject([
    { value: 1, labels: { consumergroup: 'group', topic: 'events' } },
  ]);
});

test('a ready consumer is in the group, has no pauses, and reaches Postgres', async () => {
  const { health, metrics } = createLogged();
  const { database, texts } = createDatabase(async () => []);
  const probes = createConsumerProbes(health, metrics, database, 30_000);
  expect(probes.metrics).toBe(metrics);
  expect(await probes.unready()).toEqual(['Kafka: not a member of the group yet']);
  health.watch(working);
  expect([await probes.unready(), texts]).toEqual([[], ['select 1', 'select 1']]);
  health.paused('events/1', 'too many dead letters');
  expect(await probes.unready()).toEqual(['events/1 is paused: too many dead letters']);
});

test('a consumer is unready while Postgres fails, or does not respond', async () => {
  const { health, metrics } = createLogged();
  health.watch(working);
  const unreadyWith = (rows: () => Promise<unknown>) =>
    createConsumerProbes(health, metrics, createDatabase(rows).database, 30_000).unready();
  const failed = Object.assign(new Error('shutting down'), { code: '57P01' });
  expect(await unreadyWith(() => Promise.reject(failed))).toEqual(['Postgres: shutting down (57P01)']);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const waiting = unreadyWith(() => new Promise(() => {}));
  await vi.advanceTimersByTimeAsync(2_000);
  vi.useRealTimers();
  expect(await waiting).toEqual(['Postgres: Postgres took longer than 2000 ms']);
});

test('a stuck consumer is not live', () => {
  const { health, metrics } = createLogged();
  const { database } = createDatabase(async () => []);
  const { live } = createConsumerProbes(health, metrics, database, 30_000);
  health.watch(working);
  expect(live()).toBeUndefined();
  health.watch({ ...working, silentMs: 90_000 });
  expect(live()).toMatch(/silent/);
});

test('writes may fail for as long as the limit', async () => {
  const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
  const { health, metrics } = createLogged();
  health.watch(working);
  const { database } = createDatabase(async () => []);
  const { unready } = createConsumerProbes(health, metrics, database, 30_000);
  const ends = [health.failingWrites.begin()];
  clock.mockReturnValue(10_000);
  ends.push(health.failingWrites.begin());
  clock.mockReturnValue(30_000);
  expect(await unready()).toEqual([]);
  clock.mockReturnValue(31_000);
  expect(await unready()).toEqual(['Postgres: writes have been failing for 31 s']);
  ends[0]?.();
  expect([await unready(), health.failingWrites.longestMs]).toEqual([[], 21_000]);
  ends[1]?.();
  expect(health.failingWrites.longestMs).toBe(0);
  clock.mockRestore();
});
