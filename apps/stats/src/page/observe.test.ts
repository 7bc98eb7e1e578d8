import { expect, test } from 'vitest';
import { createStatsMetrics } from '../metrics.ts';
import { createSnapshot, createStanding } from '../testing/snapshots.ts';
import { createObserver } from './observe.ts';

test('known values are exported, unknown ones have no series', async () => {
  const metrics = createStatsMetrics('0.0.0', 'group');
  const observe = createObserver(metrics, { topics: ['events', 'orders'], groupId: 'group' });
  const scrape = async () =>
    (await metrics.registry.metrics())
      .split('\n')
      .filter((line) => /^pipeline_(lag_seconds|open_dead_letters|verify)/.test(line));
  const partitions = [createStanding({}), createStanding({ partition: 1, secondsBehind: null })];
  const verification = { verifiedAt: '2026-11-24T07:31:10.500Z', events: 9n, differences: 2n };
  observe(createSnapshot({ partitions, verification }));
  expect(await scrape()).toEqual([
    'pipeline_lag_seconds{consumergroup="group",topic="events",partition="0"} 0.2',
    'pipeline_open_dead_letters{consumergroup="group",topic="events"} 5',
    'pipeline_open_dead_letters{consumergroup="group",topic="orders"} 0',
    'pipeline_verify_last_run_timestamp_seconds{consumergroup="group"} 1795505470.5',
    'pipeline_verify_differences{consumergroup="group"} 2',
  ]);
  observe(createSnapshot({ partitions: [], openDeadLetters: [], verification: null }));
  expect((await scrape()).filter((line) => line.includes('verify'))).toEqual([]);
  observe(undefined);
  expect(await scrape()).toEqual([]);
});
