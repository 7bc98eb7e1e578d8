import { setTimeout as sleep } from 'node:timers/promises';
import { readSettings, silentLogger } from '@pipeline/runtime';
import kafkajs from 'kafkajs';
import { expect, test, vi } from 'vitest';
import type { ClusterAdmin } from '../admin/admin.ts';
import { groupSettings, kafkaSettings } from '../settings.ts';
import type { PartitionOffsets } from '../topic-partition.ts';
import { openSource, type RecordBatch, type SourceOptions } from './batch-source.ts';
import { FakeConsumer, fakeKafka, fetched } from './testing/fake-kafka.ts';

const { kafka, consumers } = fakeKafka();

vi.mock(import('../client/connect.ts'), async (importActual) => ({
  ...(await importActual()),
  connectKafka: () => kafka as never,
}));

function offsetsOf(partition: number): PartitionOffsets {
  const [logStart, logEnd] = [0n, 6n];
  return {
    topic: 'events',
    partition,
    topicId: 'id',
    logStart,
    logEnd,
    stableEnd: logEnd,
    committed: undefined,
  };
}

/** A source of a topic with these partitions of six records each, and its first consumer. */
async function open(partitions: readonly number[], change: Partial<SourceOptions> = {}) {
  const settings = readSettings({ ...kafkaSettings, ...groupSettings }, { BATCH_MAX_EVENTS: '3' });
  const fetchOffsets = vi.fn<ClusterAdmin['fetchOffsets']>(async () => partitions.map(offsetsOf));
  const onRetry = vi.fn();
  const first = consumers.length;
  const source = await openSource({
    settings,
    name: 'test',
    admin: { fetchOffsets, clusterId: async () => 'cluster' } as unknown as ClusterAdmin,
    logger: silentLogger,
    signal: new AbortController().signal,
    once: true,
    openLedger: async () => ({ nextOffset: 0n, isRestarted: false }),
    onRebalance: () => {},
    onRetry,
    ...change,
  });
  return {
    source,
    fetchOffsets,
    onRetry,
    consumer: (index: number) => consumers[first + index] as FakeConsumer,
  };
}

function isReading({ resume }: FakeConsumer, partitions: readonly number[]): Promise<void> {
  return vi.waitFor(() => expect(resume).toHaveBeenCalledWith([{ topic: 'events', partitions }]), 10_000);
}

const away = new kafkajs.KafkaJSError('Kafka is away');

// L5: the admin's answer lacks a partition that the group has assigned.
test('a lookup of a partition that is gone ends when the next rebalance replaces it', async () => {
  const { consumer, onRetry } = await open([0]);
  consumer(0).assign('me', [0, 1]);
  await vi.waitFor(() => expect(onRetry).toHaveBeenCalled());
  expect(consumer(0).resume).not.toHaveBeenCalled();
  consumer(0).assign('me', [0]);
  await isReading(consumer(0), [0]);
});

test('a rebalance ends the pause between two attempts of an outdated lookup', async () => {
  const { consumer, fetchOffsets, onRetry } = await open([0]);
  const pausesForHours = vi.spyOn(Math, 'random').mockReturnValue(1e6);
  fetchOffsets.mockRejectedValueOnce(away);
  consumer(0).assign('me', [0]);
  await vi.waitFor(() => expect(onRetry).toHaveBeenCalled());
  pausesForHours.mockRestore();
  consumer(0).assign('me', [0]);
  await isReading(consumer(0), [0]);
});

// L3
test('after a crash a member waits for a topic that is being recreated', async () => {
  const { source, consumer } = await open([0]);
  const missing = Object.assign(new kafkajs.KafkaJSError('gone'), { type: 'UNKNOWN_TOPIC_OR_PARTITION' });
  vi.spyOn(FakeConsumer.prototype, 'subscribe').mockRejectedValueOnce(missing);
  consumer(0).crash(missing);
  const next = source.batches()[Symbol.asyncIterator]().next();
  await vi.waitFor(() => consumer(2).assign('next', [0]), 10_000);
  await isReading(consumer(2), [0]);
  await consumer(2).fetch(fetched(0, 0, 3));
  expect((await next).value.records).toHaveLength(3);
});

test('a crash during a write does not end --once before the backlog is read', async () => {
  const { source, consumer } = await open([0]);
  consumer(0).assign('me', [0]);
  await isReading(consumer(0), [0]);
  await consumer(0).fetch(fetched(0, 0, 6));
  const batches = source.batches()[Symbol.asyncIterator]();
  const held: RecordBatch = (await batches.next()).value;
  consumer(0).crash(away);
  await held.commitOffsets();
  const next = batches.next();
  await vi.waitFor(() => consumer(1).assign('next', [0]));
  await isReading(consumer(1), [0]);
  await consumer(1).fetch(fetched(0, 0, 6));
  expect((await next).value.records).toHaveLength(3);
});

test('a source that is closed after a crash does not join again', async () => {
  const first = consumers.length;
  const { source, consumer } = await open([0]);
  consumer(0).crash(away);
  await source[Symbol.asyncDispose]();
  await sleep(500);
  expect(consumers).toHaveLength(first + 1);
});

test('a member that joins while its source is closed leaves the group', async () => {
  const { source, consumer } = await open([0]);
  const { promise: connected, resolve: connect } = Promise.withResolvers<void>();
  const connecting = vi.spyOn(FakeConsumer.prototype, 'connect').mockReturnValueOnce(connected);
  consumer(0).crash(away);
  await vi.waitFor(() => expect(connecting).toHaveBeenCalled());
  await source[Symbol.asyncDispose]();
  consumer(1).disconnect.mockClear();
  connect();
  await vi.waitFor(() => expect(consumer(1).disconnect).toHaveBeenCalled());
});

const pausedOne = { readPauses: async () => [{ topic: 'events', partition: 1 }] };

test('a partition that was paused before a rebalance is read once it is resumed', async () => {
  const { source, consumer } = await open([0, 1], { ...pausedOne, once: false });
  consumer(0).assign('me', [0, 1]);
  await isReading(consumer(0), [0]);
  expect(consumer(0).seek.mock.calls).toMatchObject([[{ partition: 0 }]]);
  source.pausePartitions([]);
  expect(source.partitions.map(({ partition }) => partition)).toEqual([0, 1]);
  await vi.waitFor(() => expect(consumer(0).resume).toHaveBeenCalledTimes(2));
  expect(consumer(0).seek).toHaveBeenCalledTimes(2);
});

test('a partition that is paused keeps its batch in flight, and hands out no more', async () => {
  const { source, consumer } = await open([0], { once: false });
  consumer(0).assign('me', [0]);
  await isReading(consumer(0), [0]);
  await consumer(0).fetch(fetched(0, 0, 6));
  const batches = source.batches()[Symbol.asyncIterator]();
  const inFlight: RecordBatch = (await batches.next()).value;
  consumer(0).pause.mockClear();
  source.pausePartitions([{ topic: 'events', partition: 0 }]);
  expect(consumer(0).pause).toHaveBeenCalledWith([{ topic: 'events', partitions: [0] }]);
  await inFlight.commitOffsets();
  expect(source.partitions).toMatchObject([{ completed: 3n }]);
  expect(await Promise.race([batches.next(), sleep(50, 'nothing')])).toBe('nothing');
});

test('a paused partition ends --once, because it would never be drained', async () => {
  const { source, consumer } = await open([0, 1], pausedOne);
  consumer(0).assign('me', [0, 1]);
  await expect(source.batches().next()).rejects.toThrow('events/1 is paused, and cannot be drained');
});
