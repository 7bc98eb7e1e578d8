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
      .filter((line) => /^pipeline_(lag_seconds|open_dead_letters)/.test(line));
  const partitions = [createStanding({}), createStanding({ partition: 1, secondsBehind: null })];
  observe(createSnapshot({ partitions }));
  expect(await scrape()).toEqual([
    'pipeline_lag_seconds{consumergroup="group",topic="events",partition="0"} 0.2',
    'pipeline_open_dead_letters{consumergroup="group",topic="events"} 5',
    'pipeline_open_dead_letters{consumergroup="group",topic="orders"} 0',
  ]);
  observe(undefined);
  expect(await scrape()).toEqual([]);
});
