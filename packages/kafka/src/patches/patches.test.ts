import { once } from 'node:events';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { beforeEach, expect, test, vi } from 'vitest';
import { registerCodecs } from '../client/codecs.ts';
import { isTransientError } from '../client/errors.ts';

/**
 * The patches of `patches/kafkajs`, which name their tests. Each test fails without its patch. kafkajs has no exports
 * map, so its internal modules can be loaded.
 */
const load = createRequire(import.meta.url);
const filterAborted = load('kafkajs/src/consumer/filterAbortedMessages.js');
const decodeMessages = load('kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js');
const Batch = load('kafkajs/src/consumer/batch.js');
const Decoder = load('kafkajs/src/protocol/decoder.js');
const crc32C = load('kafkajs/src/protocol/recordBatch/crc32C/index.js');
const Encoder = load('kafkajs/src/protocol/encoder.js');
const encodeRecord = load('kafkajs/src/protocol/recordBatch/record/v0/index.js');
const LazyRecord = load('kafkajs/src/protocol/recordBatch/record/v0/lazyRecord.js');
const RequestQueue = load('kafkajs/src/network/requestQueue/index.js');
const Runner = load('kafkajs/src/consumer/runner.js');
const { RecordBatch } = load('kafkajs/src/protocol/recordBatch/v0/index.js');
const createRetry = load('kafkajs/src/retry/index.js');

// Process-wide, and other tests may have set it.
beforeEach(() => registerCodecs({ maxBytes: 1_000_000, maxRecords: 250_000 }));

const abortKey = Buffer.from([0, 0, 0, 0]);

interface Message {
  readonly offset: string;
  readonly key: Buffer | null;
  readonly isControlRecord: boolean;
  readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean };
}

function message(offset: number, producerId: string, control = false, key: Buffer | null = null): Message {
  const batchContext = { producerId, inTransaction: true };
  return { offset: String(offset), key: control ? abortKey : key, isControlRecord: control, batchContext };
}

const keptOffsets = (
  messages: readonly Message[],
  abortedTransactions: readonly object[],
): readonly number[] =>
  filterAborted({ messages, abortedTransactions })
    .filter((one: Message) => !one.isControlRecord)
    .map((one: Message) => Number(one.offset));

test('records of interleaved aborted transactions are dropped in any order of ends', () => {
  const messages = [
    message(0, 'a'),
    message(1, 'b'),
    message(2, 'c'),
    message(3, 'b', true),
    message(4, 'a'),
    message(5, 'a', true),
    message(6, 'a'),
  ];
  const inOrderOfEnds = [
    { producerId: 'b', firstOffset: '1' },
    { producerId: 'a', firstOffset: '0' },
  ];
  expect(keptOffsets(messages, inOrderOfEnds)).toEqual([2, 6]);
});

test('two transactions that began before the fetch are both dropped', () => {
  const messages = [message(10, 'b'), message(11, 'a'), message(12, 'c')];
  const before = [
    { producerId: 'a', firstOffset: '3' },
    { producerId: 'b', firstOffset: '5' },
  ];
  expect(keptOffsets(messages, before)).toEqual([12]);
});

test('a record whose key is four zero bytes does not end an aborted transaction', () => {
  const messages = [
    message(0, 'a', false, abortKey),
    message(1, 'a'),
    message(2, 'a', true),
    message(3, 'a'),
  ];
  expect(keptOffsets(messages, [{ producerId: 'a', firstOffset: '0' }])).toEqual([3]);
});

async function encodeBatch(records: readonly object[], lastOffsetDelta: number): Promise<Buffer> {
  const batch = await RecordBatch({
    records: records.map((record) => encodeRecord(record)),
    lastOffsetDelta,
  });
  return new Encoder().writeInt32(batch.buffer.length).writeEncoder(batch).buffer;
}

test('a batch of 200,000 records can be decoded (#1723)', async () => {
  const record = encodeRecord({ key: null, value: Buffer.from('x') });
  const batch = await RecordBatch({ records: Array(200_000).fill(record), lastOffsetDelta: 199_999 });
  const bytes = new Encoder().writeInt32(batch.buffer.length).writeEncoder(batch).buffer;
  expect(await decodeMessages(new Decoder(bytes))).toHaveLength(200_000);
});

test('a batch emptied by compaction advances the position to its end (#1072)', async () => {
  const messages = await decodeMessages(new Decoder(await encodeBatch([], 9)));
  const batch = new Batch('t', '0', { partition: 0, highWatermark: '20', abortedTransactions: [], messages });
  expect([batch.isEmptyDueToFiltering(), batch.lastOffset()]).toEqual([true, '9']);
});

test('a batch without its last records advances the position to its end (#1072)', async () => {
  const messages = await decodeMessages(
    new Decoder(await encodeBatch([{ key: null, value: Buffer.from('x') }], 9)),
  );
  const batch = new Batch('t', '0', { partition: 0, highWatermark: '20', abortedTransactions: [], messages });
  expect([batch.messages.length, batch.lastOffset()]).toEqual([1, '9']);
});

/** Offset of the leader epoch in a batch. */
const LEADER_EPOCH = 12;

/** A batch with a leader epoch; the protocol's encoder writes 0. */
async function batchOfEpoch(epoch: number, records: readonly object[]): Promise<Buffer> {
  const { buffer } = await RecordBatch({ records: records.map((record) => encodeRecord(record)) });
  buffer.writeInt32BE(epoch, LEADER_EPOCH);
  return buffer;
}

test('a fetch has the leader epochs of its batches and records (#818)', async () => {
  const batches = [
    await batchOfEpoch(3, []),
    await batchOfEpoch(4, [{ value: null }]),
    await batchOfEpoch(7, []),
  ];
  const bytes = Buffer.concat(batches);
  const encoded = new Encoder().writeInt32(bytes.length).writeBuffer(bytes).buffer;
  const messages = await decodeMessages(new Decoder(encoded));
  expect(messages.map(({ leaderEpoch }: { readonly leaderEpoch: number }) => leaderEpoch)).toEqual([4]);
  expect([messages.firstEpoch, messages.lastEpoch]).toEqual([3, 7]);
});

/** A batch of one record at offset 0, then one at offset 10 whose record is longer than the batch. */
async function encodeUnreadable(): Promise<Buffer> {
  const readable = await RecordBatch({ records: [encodeRecord({ value: Buffer.from('x') })] });
  const unreadable = Buffer.from(readable.buffer);
  unreadable.writeBigInt64BE(10n, 0);
  unreadable.writeInt32BE(4, 23);
  unreadable.writeUInt8(100, 61);
  unreadable.writeUInt32BE(crc32C(unreadable.subarray(21)), 17);
  return Buffer.concat([readable.buffer, unreadable]);
}

async function fetchFrom(offset: string): Promise<InstanceType<typeof Batch>> {
  const bytes = await encodeUnreadable();
  const messages = await decodeMessages(
    new Decoder(new Encoder().writeInt32(bytes.length).writeBuffer(bytes).buffer),
  );
  return new Batch('t', offset, { partition: 3, highWatermark: '20', abortedTransactions: [], messages });
}

test('records before an unreadable batch are delivered first', async () => {
  const [first, second] = [await fetchFrom('0'), await fetchFrom('1')];
  expect([first.messages.length, first.lastOffset(), first.unreadable]).toEqual([1, '0', undefined]);
  expect([second.messages.length, second.lastOffset()]).toEqual([0, '14']);
  expect(second.unreadable).toMatchObject({ topic: 't', partition: 3, firstOffset: '10', lastOffset: '14' });
});

test('an unreadable batch ends the consumer unless it may be skipped', async () => {
  const batch = await fetchFrom('1');
  const { unreadable } = batch;
  const rejected = createRunner([batch]).fetch(1);
  await expect(rejected).rejects.toMatchObject({ name: 'KafkaJSNonRetriableError', unreadable });
  const skipUnreadable = vi.fn(() => true);
  expect(await Object.assign(createRunner([batch]), { skipUnreadable }).fetch(1)).toEqual([batch]);
  expect(skipUnreadable).toHaveBeenCalledExactlyOnceWith(unreadable);
});

test('an idle connection sets no timers (#1704)', () => {
  vi.useFakeTimers();
  const options = {
    maxInFlightRequests: null,
    requestTimeout: 1,
    enforceRequestTimeout: false,
    clientId: 'c',
    broker: 'b',
  };
  new RequestQueue({ ...options, logger: console }).scheduleCheckPendingRequests();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const ConsumerGroup = load('kafkajs/src/consumer/consumerGroup.js');

test('heartbeats continue when the clock is set back', async () => {
  const logger = { namespace: () => logger };
  const group = new ConsumerGroup({ logger, topics: [], instrumentationEmitter: { emit: () => {} } });
  const heartbeat = vi.fn();
  Object.assign(group, { memberId: 'member', coordinator: { heartbeat } });
  const clock = vi.spyOn(Date, 'now').mockReturnValue(0);
  await setTimeout(5);
  await group.heartbeat({ interval: 1 });
  clock.mockRestore();
  expect(heartbeat).toHaveBeenCalledTimes(1);
});

const Connection = load('kafkajs/src/network/connection.js');
const createSocket = load('kafkajs/src/network/socketFactory.js');

test('a request timeout closes the connection, independent of the wall clock (#919)', async () => {
  const clock = vi.spyOn(Date, 'now').mockReturnValue(0);
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const logger = { namespace: () => logger, debug: () => {}, error: () => {} };
  const timeouts = { connectionTimeout: 1_000, requestTimeout: 100 };
  const connection = new Connection({
    host: '127.0.0.1',
    port,
    logger,
    socketFactory: createSocket(),
    ...timeouts,
  });
  await connection.connect();
  const request = { apiKey: 18, apiVersion: 0, apiName: 'ApiVersions', encode: () => new Encoder() };
  const pending = [connection.send({ request }), connection.send({ request, requestTimeout: 60_000 })];
  const responses = await Promise.allSettled(pending);
  expect(responses.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(connection.isConnected()).toBe(false);
  clock.mockRestore();
  silent.close();
});

const context = { firstOffset: '0', firstTimestamp: '0', magicByte: 2 };

function roundTrip(record: object, batch: object = context) {
  const { buffer } = encodeRecord(record);
  return new LazyRecord(new Decoder(buffer), { ...batch, buffer });
}

test('a record is decoded in place and on access', () => {
  const value = Buffer.from('a value');
  const { buffer } = encodeRecord({ key: Buffer.from('a key'), value });
  const decoder = new Decoder(Buffer.concat([buffer, buffer]));
  const [, second] = [0, 1].map(() => new LazyRecord(decoder, { ...context, buffer: decoder.buffer }));
  expect([String(second.key), String(second.value), second.encodedSize]).toEqual([
    'a key',
    'a value',
    buffer.length - 1,
  ]);
  second.value.fill('x');
  expect(String(decoder.buffer)).toContain('xxxxxxx');
  expect(String(second.source.subarray(second.valueStart, second.valueEnd))).toBe('xxxxxxx');
  const empty = roundTrip({ key: null, value: null });
  expect([empty.value, empty.source]).toEqual([null, null]);
});

test('a record that ends beyond its batch is an error', () => {
  const { buffer } = encodeRecord({ key: null, value: Buffer.from('a value') });
  const cut = buffer.subarray(0, -1);
  expect(() => new LazyRecord(new Decoder(cut), { ...context, buffer: cut })).toThrow(
    'ends beyond its batch',
  );
});

test('headers keep names of Object.prototype, repeated values and null values', () => {
  const headers = { constructor: Buffer.from('a'), toString: [Buffer.from('b'), null], none: null };
  expect(roundTrip({ key: null, value: null, headers }).headers).toEqual([
    ['constructor', Buffer.from('a')],
    ['toString', Buffer.from('b')],
    ['toString', null],
    ['none', null],
  ]);
});

// L2
test('headers keep their order, and names that are not UTF-8', () => {
  const name = fc.oneof(
    fc.constantFrom('a', 'b', '2', '1', '__proto__', '\ufffd'),
    fc.constantFrom('ff', 'fe', '61ff').map((hex) => Buffer.from(hex, 'hex')),
  );
  const value = fc.option(fc.uint8Array({ maxLength: 5 }).map((bytes) => Buffer.from(bytes)));
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value), { maxLength: 10 }), (headers) => {
      expect(roundTrip({ key: null, value: null, headers }).headers).toEqual(headers);
    }),
  );
});

test('offsets and timestamps are exact over their whole range', () => {
  const int64 = fc.bigInt({ min: 0n, max: 2n ** 62n });
  const delta = fc.bigInt({ min: -(2n ** 61n), max: 2n ** 61n });
  fc.assert(
    fc.property(int64, int64, delta, fc.nat({ max: 2 ** 30 }), (first, time, timestampDelta, offsetDelta) => {
      const batch = { ...context, firstOffset: String(first), firstTimestamp: String(time) };
      const read = roundTrip({ key: null, value: null, timestampDelta, offsetDelta }, batch);
      expect([read.offset, read.timestamp]).toEqual([
        String(first + BigInt(offsetDelta)),
        String(time + timestampDelta),
      ]);
    }),
    // Each exceeds 2^53, their sum does not.
    { examples: [[0n, 849_808_462_738_232_897n, -858_815_661_992_973_762n, 0]] },
  );
});

const BrokerPool = load('kafkajs/src/cluster/brokerPool.js');

test('metadata expires when the clock is set back', async () => {
  const refreshMetadata = vi.fn();
  const metadata = { topicMetadata: [] };
  const metadataExpireAt = performance.now() - 1;
  const pool = Object.assign(Object.create(BrokerPool.prototype), { metadata, metadataExpireAt });
  const clock = vi.spyOn(Date, 'now').mockReturnValue(0);
  await Object.assign(pool, { refreshMetadata }).refreshMetadataIfNecessary([]);
  clock.mockRestore();
  expect(refreshMetadata).toHaveBeenCalledOnce();
});

const failWith = (type: string) => () => Promise.reject(Object.assign(new Error(type), { type }));

test('an authorization error is thrown, not treated as an unavailable broker (#1654)', async () => {
  const pool = Object.assign(Object.create(BrokerPool.prototype), {
    brokers: { 1: {}, 2: {} },
    findBroker: async () => ({}),
  });
  await expect(pool.withBroker(failWith('GROUP_AUTHORIZATION_FAILED'))).rejects.toThrow('GROUP_AUTH');
  expect(await pool.withBroker(failWith('GROUP_COORDINATOR_NOT_AVAILABLE'))).toBeNull();
});

const Cluster = load('kafkajs/src/cluster/index.js');

test('a metadata request fails with the error of the last broker (#549)', async () => {
  const brokerPool = Object.assign(Object.create(BrokerPool.prototype), {
    brokers: { 1: {} },
    findBroker: async () => ({ metadata: failWith('UNKNOWN_TOPIC_OR_PARTITION') }),
    refreshMetadataIfNecessary: async () => {},
  });
  const retrier = createRetry({ retries: 0 });
  const cluster = Object.assign(Object.create(Cluster.prototype), { brokerPool, retrier });
  await expect(cluster.metadata({ topics: ['t'] })).rejects.toMatchObject({
    type: 'UNKNOWN_TOPIC_OR_PARTITION',
  });
});

const requests = load('kafkajs/src/protocol/requests/index.js');
const metadata = load('kafkajs/src/protocol/requests/metadata/index.js');

test.each([
  [13, 10],
  [10, 10],
  [9, 6],
  [4, 4],
])('a broker that supports Metadata version %d is sent version %d', (maxVersion, version) => {
  const protocol = requests.lookup({ 3: { maxVersion } })(3, metadata);
  expect(protocol({ topics: ['events'] }).request.apiVersion).toBe(version);
});

/** https://kafka.apache.org/protocol#The_Messages_Metadata, version 10. Compact lengths are off by one. */
function metadataReply(topicId: string): Buffer {
  const numbers = (...all: number[]) =>
    all.reduce((list, number) => list.writeInt32(number), new Encoder().writeUVarInt(all.length + 1));
  const partition = new Encoder()
    .writeInt16(0)
    .writeInt32(5)
    .writeInt32(1)
    .writeInt32(0)
    .writeEncoder(numbers(1, 2))
    .writeEncoder(numbers(1))
    .writeEncoder(numbers())
    .writeUVarInt(0);
  const topic = new Encoder()
    .writeInt16(0)
    .writeUVarIntString('events')
    .writeBuffer(Buffer.from(topicId, 'hex'))
    .writeBoolean(false)
    .writeUVarIntArray([partition])
    .writeInt32(0)
    .writeUVarInt(0);
  const broker = new Encoder().writeInt32(1).writeUVarIntString('127.0.0.1').writeInt32(9092);
  return new Encoder()
    .writeUVarInt(0)
    .writeInt32(0)
    .writeUVarIntArray([broker.writeUVarIntString(null).writeUVarInt(0)])
    .writeUVarIntString('cluster')
    .writeInt32(1)
    .writeUVarIntArray([topic])
    .writeInt32(0)
    .writeUVarInt(0).buffer;
}

const decodeMetadata = (reply: Buffer) =>
  metadata.protocol({ version: 10 })({ topics: [] }).response.decode(reply);

test('metadata includes the id of a topic (KIP-516)', async () => {
  const id = '0123456789abcdef0123456789abcdef';
  expect(await decodeMetadata(metadataReply(id))).toMatchObject({
    brokers: [{ nodeId: 1, host: '127.0.0.1', port: 9092, rack: null }],
    clusterId: 'cluster',
    controllerId: 1,
    topicMetadata: [
      {
        topic: 'events',
        topicId: id,
        partitionMetadata: [{ partitionId: 5, leader: 1, replicas: [1, 2], isr: [1], offlineReplicas: [] }],
      },
    ],
  });
});

const groupByPartition = load('kafkajs/src/producer/groupMessagesPerPartition.js');

test('grouping messages by partition does not copy the group per message (#1576)', () => {
  const partitioner = () => 0;
  const messages = Array.from({ length: 3 }, (_, index) => ({ value: String(index) }));
  const pushes = vi.spyOn(Array.prototype, 'push');
  const grouped = groupByPartition({ topic: 't', partitionMetadata: [{}], messages, partitioner });
  expect(pushes).toHaveBeenCalledTimes(3);
  pushes.mockRestore();
  expect(grouped).toEqual({ 0: messages });
});

test('varints survive a round trip, whatever the space left in the buffer', () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { maxLength: 20 }), (numbers) => {
      const encoder = new Encoder(1);
      for (const number of numbers) encoder.writeVarInt(number);
      const decoder = new Decoder(encoder.buffer);
      expect(numbers.map(() => decoder.readVarInt())).toEqual(numbers);
    }),
  );
});

test('an encoder allocates no buffer per integer', () => {
  const allocations = vi.spyOn(Buffer, 'from');
  const encoder = new Encoder().writeVarInt(300).writeUVarInt(70_000);
  expect(allocations).not.toHaveBeenCalled();
  allocations.mockRestore();
  expect(encoder.buffer).toHaveLength(5);
});

test('resuming a partition wakes an idle fetch loop at once', async () => {
  const anHour = 3_600_000;
  const logger = { namespace: () => ({ info: () => {} }) };
  const cluster = { refreshMetadataIfNecessary: async () => {} };
  const group = new ConsumerGroup({ cluster, logger, topics: [], retry: {}, maxWaitTimeInMs: anHour });
  group.offsetManager = { committedOffsets: () => ({}), resolveOffsets: async () => {} };
  const fetched = group.fetch(0);
  await setTimeout(1);
  group.resume([]);
  expect(await fetched).toEqual([]);
});

// L4: of brokers with an older inter.broker.protocol.version.
test('a topic id of zeros is undefined', async () => {
  const { topicMetadata } = await decodeMetadata(metadataReply('0'.repeat(32)));
  expect(topicMetadata[0].topicId).toBeUndefined();
});

test('a recreated topic makes the assignment stale', () => {
  let topicId = 'a';
  const cluster = {
    findTopicPartitionMetadata: () => [{ partitionId: 0 }, { partitionId: 1 }],
    findTopicId: () => topicId,
  };
  const group = Object.assign(Object.create(ConsumerGroup.prototype), { cluster, topicsSubscribed: ['t'] });
  group.partitionsPerSubscribedTopic = group.generatePartitionsPerSubscribedTopic();
  group.checkForStaleAssignment();
  topicId = 'b';
  expect(() => group.checkForStaleAssignment()).toThrow('Topic has been updated');
});

test('a partition without a leader or a committed offset is not read yet', () => {
  const initialize = load('kafkajs/src/consumer/offsetManager/initializeConsumerOffsets.js');
  const committed = [{ topic: 'events', partitions: [{ partition: 3, offset: '-1' }] }];
  expect(initialize(committed, [])).toEqual([
    { topic: 'events', partitions: [{ partition: 3, offset: undefined }] },
  ]);
});

test('an offset out of range makes the member join again (#1119)', async () => {
  const joinAndSync = vi.fn();
  const group = Object.create(ConsumerGroup.prototype);
  const logger = { error: () => {} };
  Object.assign(group, { preferredReadReplicasPerTopicPartition: {}, logger, joinAndSync });
  await group.recoverFromOffsetOutOfRange({ topic: 't', partition: 0 });
  expect(joinAndSync).toHaveBeenCalledOnce();
});

const createAdmin = load('kafkajs/src/admin/index.js');

test('the leader of a partition is found in fresh metadata (#818)', async () => {
  const partitions = [{ partitionId: 3, leader: 1, leaderEpoch: 8 }];
  let known: readonly object[] = [];
  const cluster = {
    addTargetTopic: async () => {},
    refreshMetadata: async () => {
      known = partitions;
    },
    findTopicPartitionMetadata: () => known,
    findBroker: async ({ nodeId }: { readonly nodeId: number }) => `broker ${nodeId}`,
  };
  const logger = { namespace: () => ({}) };
  const { withLeader } = createAdmin({ cluster, logger });
  const found = withLeader({ topic: 'events', partition: 3 }, async (...all: readonly unknown[]) => all);
  expect(await found).toEqual(['broker 1', 8]);
});

test('the end of the log includes an open transaction, the stable end does not', async () => {
  const logger = { namespace: () => logger };
  const offsetOf = (isBeginning: boolean, isolation?: number) =>
    isBeginning ? '1' : { 0: '9', 1: '5' }[isolation ?? 1];
  const cluster = {
    addTargetTopic: async () => {},
    refreshMetadataIfNecessary: async () => {},
    findTopicPartitionMetadata: () => [{ partitionId: 0 }],
    fetchTopicsOffset: async ([{ fromBeginning }]: [{ fromBeginning: boolean }], isolation?: number) => [
      { partitions: [{ partition: 0, offset: offsetOf(fromBeginning, isolation) }] },
    ],
  };
  const offsets = await createAdmin({ logger, cluster, retry: {} }).fetchTopicOffsets('t');
  expect(offsets).toEqual([{ partition: 0, low: '1', offset: '5', high: '9' }]);
});

const createWorkerQueue = load('kafkajs/src/consumer/workerQueue.js');

test('only as many workers are started as there are batches', async () => {
  const run = vi.fn(({ next }) => next()?.resolve());
  await createWorkerQueue({ workers: Array.from({ length: 64 }, () => ({ run })) }).push('a', 'b');
  expect(run).toHaveBeenCalledTimes(2);
});

/** A runner whose next fetch returns these batches. */
function createRunner(
  batches: readonly object[],
  onFetched: (runner: { running: boolean }) => void = () => {},
) {
  const runner = Object.assign(Object.create(Runner.prototype), {
    running: true,
    instrumentationEmitter: { emit: () => {} },
    skipUnreadable: () => false,
    heartbeat: vi.fn(),
  });
  runner.consumerGroup = {
    fetch: async () => {
      onFetched(runner);
      return batches;
    },
  };
  return runner;
}

const answerOf = (isEmpty: boolean, isFiltered: boolean) => ({
  isEmpty: () => isEmpty,
  isEmptyDueToFiltering: () => isFiltered,
});

test('a fetch returns partitions with records, also if all were filtered', async () => {
  const [full, filtered, empty] = [answerOf(false, false), answerOf(true, true), answerOf(true, false)];
  expect(await createRunner([full, empty, filtered]).fetch(1)).toEqual([full, filtered]);
});

test('an empty fetch sends a heartbeat unless the runner is stopping', async () => {
  const running = createRunner([answerOf(true, false)]);
  await running.fetch(1);
  expect(running.heartbeat).toHaveBeenCalledOnce();
  const stopping = createRunner([], (runner) => {
    runner.running = false;
  });
  await stopping.fetch(1);
  expect(stopping.heartbeat).not.toHaveBeenCalled();
});

test('a consumer that is no member joins before it fetches', async () => {
  const calls: string[] = [];
  const runner = Object.assign(createRunner([]), {
    retrier: async (fetch: () => Promise<void>) => {
      await fetch();
      runner.running = false;
    },
    fetchManager: { start: async () => calls.push('fetch') },
    logger: { info: () => {} },
  });
  const joinAndSync = async () => calls.push('join');
  for (const memberId of [null, 'member']) {
    Object.assign(runner, { running: true, consumerGroup: { memberId, joinAndSync } });
    runner.scheduleFetchManager();
    await vi.waitUntil(() => !runner.running);
  }
  expect(calls).toEqual(['join', 'fetch', 'fetch']);
});

const connectionPoolBuilder = load('kafkajs/src/cluster/connectionPoolBuilder.js');

test.each([
  ['kafka-1:9092', 'kafka-1', 9092],
  ['10.0.0.1:1', '10.0.0.1', 1],
  ['[::1]:65535', '::1', 65_535],
])('the broker %s is connected to at %s, port %i', async (broker, host, port) => {
  const logger = { namespace: () => ({}) };
  const pool = await connectionPoolBuilder({ brokers: [broker], clientId: 'test', logger }).build();
  expect(pool).toMatchObject({ host, port });
});

const ConnectionPool = load('kafkajs/src/network/connectionPool.js');
const apiKeys = load('kafkajs/src/protocol/requests/apiKeys.js');

test('fetches and joins use their own connections', async () => {
  const logger = { namespace: () => logger };
  const pool = new ConnectionPool({ logger });
  pool.getConnection = (index: number) => index;
  const connectionsOf = (...names: readonly string[]) =>
    new Set(names.map((name) => pool.getConnectionByRequest({ request: { apiKey: apiKeys[name] } })));
  const connections = [
    connectionsOf('Fetch'),
    connectionsOf('JoinGroup', 'SyncGroup'),
    connectionsOf('OffsetCommit', 'Heartbeat', 'LeaveGroup', 'Metadata'),
  ];
  expect(connections.map(({ size }) => size)).toEqual([1, 1, 1]);
  expect(new Set(connections.flatMap((used) => [...used])).size).toBe(3);
  expect(pool.pool).toHaveLength(3);
});

const Broker = load('kafkajs/src/broker/index.js');

test('a request to a broker before its ApiVersions response fails as transient', async () => {
  const logger = { namespace: () => logger };
  const connectionPool = { connectionTimeout: 1, host: 'b', port: 9092, isConnected: () => true };
  const broker = new Broker({ connectionPool, logger });
  expect(broker.isConnected()).toBe(false);
  const error = await broker.metadata([]).catch((reason: unknown) => reason);
  expect(isTransientError(error)).toBe(true);
});

/** Requests metadata from a broker whose response contains a leaderless partition. */
async function requestMetadata(topics: readonly string[], brokers: readonly object[]): Promise<string> {
  const logger = { namespace: () => logger };
  const leaderless = { partitionErrorCode: 5, partitionId: 0, leader: -1 };
  const topicMetadata = [{ topicErrorCode: 0, topic: 'others', partitionMetadata: [leaderless] }];
  const send = (protocol: { response: { parse: (data: object) => Promise<object> } }) =>
    protocol.response.parse({ brokers, topicMetadata });
  const broker = new Broker({ connectionPool: { host: 'b', port: 9092, send }, logger });
  broker.lookupRequest = requests.lookup({ 3: { minVersion: 0, maxVersion: 6 } });
  return await broker.metadata([...topics]).then(
    () => 'answered',
    ({ type }: { type: string }) => type,
  );
}

test('metadata of all topics tolerates leaderless ones if there are brokers (#1460)', async () => {
  expect(await requestMetadata([], [{}])).toBe('answered');
  expect(await requestMetadata(['others'], [{}])).toBe('LEADER_NOT_AVAILABLE');
  expect(await requestMetadata([], [])).toBe('LEADER_NOT_AVAILABLE');
});

test('removing the seed broker keeps it available for a request in progress', async () => {
  const seedBroker = { nodeId: 1, connectionPool: { host: 'b', port: 9092 } };
  const pool = Object.assign(Object.create(BrokerPool.prototype), { seedBroker, brokers: { 1: seedBroker } });
  pool.removeBroker({ host: 'b', port: 9092 });
  expect(pool).toMatchObject({ seedBroker, brokers: {} });
});
