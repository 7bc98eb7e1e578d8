import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { readSettings } from '@pipeline/runtime';
import kafkajs, { type Kafka } from 'kafkajs';
import { expect, test, vi } from 'vitest';
import { FetchQueue } from './fetch-queue.ts';
import { createMember, type MemberOptions } from './member.ts';
import { groupSettings } from './settings.ts';
import { silentLogger } from './testing/fresh-topic.ts';

const { KafkaJSConnectionError } = kafkajs;
const topic = 'events';

type TakeIn = (payload: object) => Promise<void>;

/** kafkajs's consumer, as far as a member knows it: what happens to it is up to the test. */
function fakeConsumer() {
  const listeners = new Map<string, (event: { readonly payload: object }) => void>();
  const noop = async () => {};
  let takeIn: TakeIn = noop;
  const consumer = {
    events: { GROUP_JOIN: 'join', STOP: 'stop', CRASH: 'crash', FETCH: 'fetch', HEARTBEAT: 'heartbeat' },
    on: (name: string, listener: (event: { readonly payload: object }) => void) =>
      listeners.set(name, listener),
    connect: noop,
    subscribe: noop,
    disconnect: noop,
    run: async ({ eachBatch }: { readonly eachBatch: TakeIn }) => {
      takeIn = eachBatch;
    },
    seek: vi.fn(),
    pause: vi.fn(),
    resume: vi.fn(),
  };
  const emit = (name: string, payload: object = {}) => listeners.get(name)?.({ payload });
  const share = (...partitions: readonly number[]) =>
    emit('join', { memberId: 'me', memberAssignment: { [topic]: partitions } });
  return { consumer, emit, share, takeIn: (payload: object) => takeIn(payload) };
}

async function join(change: Partial<MemberOptions> = {}) {
  const fake = fakeConsumer();
  const intake = new FetchQueue({ maxRecords: 10, maxBytes: 1_000 }, 1_000_000);
  const locate = vi.fn<MemberOptions['locate']>(
    async (partitions) => new Map(partitions.map((one) => [one, 0n])),
  );
  const onCrash = vi.fn();
  const member = createMember({ consumer: () => fake.consumer } as unknown as Kafka, {
    topic,
    settings: readSettings(groupSettings, {}),
    intake,
    logger: silentLogger,
    locate,
    onCrash,
    onRetry: () => {},
    onCommitFailure: () => {},
    signal: new AbortController().signal,
    ...change,
  });
  await member.join();
  return { ...fake, member, intake, locate, onCrash };
}

/** What a broker has sent of partition 0: so many records from an offset on. */
function fetched(offset: number, count: number) {
  const messages = Array.from({ length: count }, (_, index) => ({ offset: String(offset + index), size: 1 }));
  return {
    batch: {
      topic,
      partition: 0,
      messages,
      fetchedOffset: String(offset),
      lastOffset: () => String(offset + count - 1),
    },
    isStale: () => false,
    isRunning: () => true,
    heartbeat: async () => {},
    commitOffsetsIfNecessary: async () => {},
    resolveOffset: vi.fn(),
  };
}

test('what two brokers send of one partition while its leadership moves is taken in once', async () => {
  const { share, takeIn, intake } = await join();
  share(0);
  await takeIn(fetched(0, 3));
  const again = fetched(0, 2);
  await takeIn(again);
  await takeIn(fetched(3, 1));
  expect((await intake.take())?.records.map(({ offset }) => offset)).toEqual(['0', '1', '2', '3']);
  expect(again.resolveOffset).not.toHaveBeenCalled();
});

test('a member that stops while it looks where to begin crashes once', async () => {
  const { promise: found, resolve } = Promise.withResolvers<ReadonlyMap<number, bigint>>();
  const { consumer, share, emit, onCrash } = await join({ locate: () => found });
  share(0);
  await setImmediate();
  consumer.seek.mockImplementation(() => {
    throw new Error('Consumer group was not initialized');
  });
  emit('stop');
  resolve(new Map([[0, 0n]]));
  await setImmediate();
  emit('crash', { error: new Error('Kafka is away') });
  expect(onCrash).toHaveBeenCalledTimes(1);
});

test('a partition of a member that has stopped can be paused', async () => {
  const { consumer, share, emit, member } = await join();
  share(0);
  await setImmediate();
  emit('stop');
  consumer.pause.mockImplementation(() => {
    throw new Error('Consumer group was not initialized');
  });
  expect(() => member.pause(0)).not.toThrow();
});

test('while a batch of a partition is out, nobody looks where to begin, not even at the end', async () => {
  const { share, takeIn, intake, locate } = await join();
  share(0);
  await takeIn(fetched(0, 3));
  await intake.take();
  share(0);
  intake.end();
  await setImmediate();
  expect(locate).toHaveBeenCalledTimes(1);
});

test('a member leaves the group though Kafka takes no commits', async () => {
  const { consumer, share, takeIn, member } = await join();
  const disconnect = vi.spyOn(consumer, 'disconnect');
  share(0);
  const away = () => Promise.reject(new KafkaJSConnectionError('Kafka is away'));
  await takeIn({ ...fetched(0, 3), commitOffsetsIfNecessary: away });
  await member.commit({ topic, partition: 0, records: [], nextOffset: 3n }, member.epoch);
  const left = member.leave();
  await Promise.race([left, sleep(4_000)]);
  expect(disconnect).toHaveBeenCalledTimes(1);
});
