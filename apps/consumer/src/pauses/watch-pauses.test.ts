import type { PausedPartition } from '@pipeline/db';
import { silentLogger } from '@pipeline/runtime';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTestMetrics } from '../testing/metrics.ts';
import { createPauseWatch } from './watch-pauses.ts';

const paused = (partition: number): PausedPartition => ({
  ...{ topic: 'events', partition, by: 'operator', reason: 'a test' },
  pausedAt: '2026-11-24T09:30:00.000Z',
});

/** A source of partitions 0 and 1, a table of pauses that tests change, and what was applied and logged. */
function start() {
  const table: { rows: readonly PausedPartition[] | Error } = { rows: [] };
  const read = vi.fn(async () => {
    if (table.rows instanceof Error) throw table.rows;
    return table.rows;
  });
  const metrics = createTestMetrics();
  const lines: unknown[] = [];
  const log = (_fields: unknown, line: unknown) => lines.push(line);
  const debug = vi.fn();
  const watch = createPauseWatch(read, metrics, { ...silentLogger, warn: log, info: log, debug } as never);
  const pausePartitions = vi.fn();
  const progress = { completed: 0n, fetchedMs: 0, storedMs: 0, doneMs: 0 };
  const partitions = [0, 1].map((partition) => ({ topic: 'events', partition, ...progress }));
  return {
    table,
    read,
    metrics,
    lines,
    debug,
    watch,
    pausePartitions,
    source: { partitions, pausePartitions },
  };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a change is applied within 5 s, and logged once', async () => {
  const { table, lines, watch, pausePartitions, source } = start();
  using _watching = watch.watch(source);
  table.rows = [paused(1)];
  await vi.advanceTimersByTimeAsync(5_000);
  expect(pausePartitions).toHaveBeenLastCalledWith([paused(1)]);
  table.rows = [];
  await vi.advanceTimersByTimeAsync(5_000);
  expect(pausePartitions).toHaveBeenLastCalledWith([]);
  expect(lines).toEqual(['events/1 is paused', 'events/1 is resumed']);
});

test('partitions are logged one by one, as each is paused or resumed', async () => {
  const { table, lines, watch } = start();
  const changes = [
    [[paused(0)], 'events/0 is paused'],
    [[paused(0), paused(1)], 'events/1 is paused'],
    [[paused(1)], 'events/0 is resumed'],
  ] as const;
  for (const [rows, line] of changes) {
    table.rows = rows;
    expect(await watch.read()).toEqual(rows);
    expect(lines.splice(0)).toEqual([line]);
  }
});

test('a read that takes longer than the interval is not overtaken by another', async () => {
  const { read, watch, pausePartitions, source } = start();
  using _watching = watch.watch(source);
  const { promise, resolve } = Promise.withResolvers<readonly PausedPartition[]>();
  read.mockReturnValueOnce(promise);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(read).toHaveBeenCalledTimes(1);
  resolve([paused(1)]);
  await vi.advanceTimersByTimeAsync(1);
  expect(pausePartitions).toHaveBeenLastCalledWith([paused(1)]);
});

test('while Postgres does not respond, the last pauses apply', async () => {
  const { table, debug, watch, pausePartitions, source } = start();
  using _watching = watch.watch(source);
  table.rows = [paused(1)];
  await vi.advanceTimersByTimeAsync(5_000);
  table.rows = new Error('Postgres is away');
  pausePartitions.mockClear();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(pausePartitions).not.toHaveBeenCalled();
  expect(debug).toHaveBeenCalledWith({ error: 'Postgres is away' }, 'paused partitions are unknown');
  table.rows = [];
  await vi.advanceTimersByTimeAsync(5_000);
  expect(pausePartitions).toHaveBeenLastCalledWith([]);
});

test('each owned partition has a metric of its own', async () => {
  const { table, metrics, watch, source } = start();
  using _watching = watch.watch(source);
  table.rows = [paused(1), paused(7)];
  await vi.advanceTimersByTimeAsync(5_000);
  const values = await metrics.partitionPaused.get();
  expect(values.values).toMatchObject([
    { labels: { partition: 0 }, value: 0 },
    { labels: { partition: 1 }, value: 1 },
  ]);
  source.partitions.pop();
  await vi.advanceTimersByTimeAsync(5_000);
  expect((await metrics.partitionPaused.get()).values).toHaveLength(1);
  expect((await metrics.paused.get()).values).toMatchObject([{ value: 0 }]);
});

test('nothing is read after it is disposed of', async () => {
  const { watch, pausePartitions, source } = start();
  watch.watch(source)[Symbol.dispose]();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(pausePartitions).not.toHaveBeenCalled();
});
