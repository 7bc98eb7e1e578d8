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
  const read = async () => {
    if (table.rows instanceof Error) throw table.rows;
    return table.rows;
  };
  const metrics = createTestMetrics();
  const lines: unknown[] = [];
  const log = (_fields: unknown, line: unknown) => lines.push(line);
  const watch = createPauseWatch(read, metrics, { ...silentLogger, warn: log, info: log } as never);
  const pausePartitions = vi.fn();
  const partitions = [0, 1].map((partition) => ({ topic: 'events', partition })) as never;
  return { table, metrics, lines, watch, pausePartitions, source: { partitions, pausePartitions } };
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

test('while Postgres does not respond, the last pauses apply', async () => {
  const { table, watch, pausePartitions, source } = start();
  using _watching = watch.watch(source);
  table.rows = [paused(1)];
  await vi.advanceTimersByTimeAsync(5_000);
  table.rows = new Error('Postgres is away');
  pausePartitions.mockClear();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(pausePartitions).not.toHaveBeenCalled();
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
  expect((await metrics.paused.get()).values).toMatchObject([{ value: 0 }]);
});

test('nothing is read after it is disposed of', async () => {
  const { watch, pausePartitions, source } = start();
  watch.watch(source)[Symbol.dispose]();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(pausePartitions).not.toHaveBeenCalled();
});
