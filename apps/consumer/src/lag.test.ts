import type { ClusterAdmin, PartitionOffsets, Source } from '@pipeline/kafka';
import type { Logger } from '@pipeline/runtime';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchLag } from './lag.ts';
import { createConsumerMetrics } from './metrics.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const standing: PartitionOffsets = {
  topic: 'events',
  partition: 0,
  logStart: 0n,
  logEnd: 44n,
  stableEnd: 44n,
  committed: 41n,
};

/** Watches the lag of partition 0, with a Kafka that responds as the test decides. */
function watch() {
  const metrics = createConsumerMetrics('1.2.3');
  const fetchOffsets = vi.fn<ClusterAdmin['fetchOffsets']>(async () => [standing]);
  const settings = { KAFKA_TOPIC: 'events', KAFKA_GROUP_ID: 'group' };
  const source = { partitions: [0] } as unknown as Source;
  const logger = { debug: () => {} } as unknown as Logger;
  const watching = watchLag(settings, source, { fetchOffsets } as unknown as ClusterAdmin, metrics, logger);
  const values = async () => (await metrics.consumerGroupLag.get()).values.map(({ value }) => value);
  return { fetchOffsets, values, [Symbol.dispose]: () => watching[Symbol.dispose]() };
}

// L10
test.each([
  ['fails', () => Promise.reject(new Error('Kafka is away'))],
  ['does not respond', () => new Promise<never>(() => {})],
])('while Kafka %s the lag has no value, instead of the last one', async (_, away) => {
  using watching = watch();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await watching.values()).toEqual([3]);
  watching.fetchOffsets.mockImplementation(away);
  await vi.advanceTimersByTimeAsync(16_000);
  expect(await watching.values()).toEqual([]);
  watching.fetchOffsets.mockResolvedValue([standing]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await watching.values()).toEqual([3]);
});
