import type { ClusterAdmin, PartitionOffsets, PartitionProgress } from '@pipeline/kafka';
import type { Logger } from '@pipeline/runtime';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchLag } from './lag.ts';
import { createTestMetrics } from './testing/metrics.ts';

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

const progress: PartitionProgress = {
  topic: 'events',
  partition: 0,
  completed: 41n,
  fetchedMs: undefined,
  storedMs: undefined,
  doneMs: undefined,
};

/** Watches the lag of a member's partitions, with a Kafka that responds as the test decides. */
function watch(...partitions: readonly PartitionProgress[]) {
  const metrics = createTestMetrics();
  const fetchOffsets = vi.fn<ClusterAdmin['fetchOffsets']>(async () => [standing]);
  const source: { partitions: readonly PartitionProgress[] } = { partitions };
  const debug = vi.fn();
  const logger = { debug } as unknown as Logger;
  const settings = { KAFKA_TOPIC: ['events', 'orders'], KAFKA_GROUP_ID: 'group' } as const;
  const watching = watchLag(settings, source, { fetchOffsets }, metrics, logger);
  const valuesOf = async (gauge: 'consumerGroupLag' | 'lagSeconds' | 'freshnessSeconds') =>
    (await metrics[gauge].get()).values.map(({ value }) => value);
  return {
    fetchOffsets,
    debug,
    source,
    metrics,
    values: () => valuesOf('consumerGroupLag'),
    seconds: () => valuesOf('lagSeconds'),
    freshness: () => valuesOf('freshnessSeconds'),
    [Symbol.dispose]: () => watching[Symbol.dispose](),
  };
}

// L10
test.each([
  ['fails', () => Promise.reject(new Error('Kafka is away'))],
  ['does not respond', () => new Promise<never>(() => {})],
])('while Kafka %s the lag has no value, instead of the last one', async (_, away) => {
  using watching = watch({ ...progress, fetchedMs: Date.now() });
  await vi.advanceTimersByTimeAsync(10_000);
  expect([await watching.values(), await watching.seconds()]).toEqual([[3], [10]]);
  watching.fetchOffsets.mockImplementation(away);
  await vi.advanceTimersByTimeAsync(16_000);
  expect([await watching.values(), await watching.seconds()]).toEqual([[], []]);
  expect(watching.debug).toHaveBeenCalledWith({ error: expect.any(String) }, 'lag is unknown');
  watching.fetchOffsets.mockResolvedValue([standing]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await watching.values()).toEqual([3]);
});

test('lag is measured for the partitions of each topic that this member owns', async () => {
  const order = { topic: 'orders', partition: 0 };
  using watching = watch(progress, { ...progress, ...order });
  const others = [
    { ...standing, ...order, logEnd: 45n },
    { ...standing, partition: 1 },
  ];
  watching.fetchOffsets.mockResolvedValue([standing, ...others]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(watching.fetchOffsets).toHaveBeenCalledWith(['events', 'orders'], 'group');
  expect((await watching.metrics.consumerGroupLag.get()).values).toMatchObject([
    { value: 3, labels: { consumergroup: 'group', topic: 'events', partition: 0 } },
    { value: 4, labels: { consumergroup: 'group', topic: 'orders', partition: 0 } },
  ]);
});

const now = 1_800_000_000_000;
const drained = { ...standing, logEnd: 41n };

test.each<readonly [string, Partial<PartitionProgress>, readonly number[]]>([
  ['of the first fetched record', { fetchedMs: now - 30_000, storedMs: now - 90_000 }, [40]],
  ['of the last stored record, if none is fetched', { storedMs: now - 90_000 }, [100]],
  ['0 if the clock of the producer is ahead', { fetchedMs: now + 90_000 }, [0]],
  ['unknown before anything is fetched', {}, []],
])('the seconds of lag are the age %s', async (_, change, seconds) => {
  vi.setSystemTime(now);
  using watching = watch({ ...progress, ...change });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await watching.seconds()).toEqual(seconds);
});

test.each([
  ['stored long ago', 0],
  ['stored by another member', undefined],
])('without lag the seconds are 0, and a new backlog is younger: %s', async (_, storedMs) => {
  using watching = watch({ ...progress, storedMs });
  watching.fetchOffsets.mockResolvedValue([drained]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await watching.seconds()).toEqual([0]);
  watching.fetchOffsets.mockResolvedValue([standing]);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(await watching.seconds()).toEqual([20]);
});

test('freshness is the age of the last batch, also while Kafka is away', async () => {
  using watching = watch({ ...progress, doneMs: Date.now() - 5_000 }, { ...progress, partition: 1 });
  watching.fetchOffsets.mockRejectedValue(new Error('Kafka is away'));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await watching.freshness()).toEqual([15]);
});

test('records that are stored and not yet committed count as lag, but not as seconds', async () => {
  using watching = watch({ ...progress, completed: 44n });
  await vi.advanceTimersByTimeAsync(10_000);
  expect([await watching.values(), await watching.seconds()]).toEqual([[3], [0]]);
});

test('a measurement may take 5 s', async () => {
  using watching = watch(progress);
  watching.fetchOffsets.mockImplementation(() => new Promise<never>(() => {}));
  await vi.advanceTimersByTimeAsync(15_000);
  expect(watching.debug).toHaveBeenCalledWith(
    { error: 'measuring the lag took longer than 5000 ms' },
    'lag is unknown',
  );
});

test('without lag the seconds are 0, also if another member stored the records', async () => {
  using watching = watch({ ...progress, completed: 7n, fetchedMs: Date.now() });
  watching.fetchOffsets.mockResolvedValue([{ ...standing, committed: 44n }]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect([await watching.values(), await watching.seconds()]).toEqual([[0], [0]]);
});

test('a partition that was revoked has no lag and no freshness', async () => {
  const partitions = [{ ...progress, doneMs: Date.now(), fetchedMs: Date.now() }];
  using watching = watch(...partitions);
  await vi.advanceTimersByTimeAsync(10_000);
  expect((await watching.metrics.freshnessSeconds.get()).values).toMatchObject([
    { value: 10, labels: { consumergroup: 'group', topic: 'events', partition: 0 } },
  ]);
  expect((await watching.metrics.lagSeconds.get()).values).toMatchObject([
    { value: 10, labels: { consumergroup: 'group', topic: 'events', partition: 0 } },
  ]);
  watching.source.partitions = [];
  await vi.advanceTimersByTimeAsync(10_000);
  expect([await watching.values(), await watching.seconds(), await watching.freshness()]).toEqual([
    [],
    [],
    [],
  ]);
});

test('nothing is measured after the disposal', async () => {
  const watching = watch(progress);
  await vi.advanceTimersByTimeAsync(10_000);
  watching[Symbol.dispose]();
  await vi.advanceTimersByTimeAsync(100_000);
  expect(watching.fetchOffsets).toHaveBeenCalledTimes(1);
});

test('a partition that Kafka does not list has no lag, and the others have theirs', async () => {
  using watching = watch({ ...progress, partition: 7 }, progress);
  await vi.advanceTimersByTimeAsync(10_000);
  expect((await watching.metrics.consumerGroupLag.get()).values).toMatchObject([
    { value: 3, labels: { partition: 0 } },
  ]);
});
