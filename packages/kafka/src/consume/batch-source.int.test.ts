import { pause, silentLogger } from '@pipeline/runtime';
import kafkajs from 'kafkajs';
import { expect, inject, test, vi } from 'vitest';
import { openAdmin } from '../admin/admin.ts';
import { createTopics } from '../admin/create-topics.ts';
import { registerCodecs } from '../client/codecs.ts';
import { connectKafka } from '../client/connect.ts';
import { openPublisher, type Publisher } from '../produce/publisher.ts';
import { createFreshTopic, publishNumbers } from '../testing/fresh-topic.ts';
import { openSource, type RecordBatch, type Source, type SourceOptions } from './batch-source.ts';

const { CompressionTypes } = kafkajs;

const ledgerAt = (nextOffset: bigint) => ({ nextOffset, isRestarted: false });

type Fresh = Awaited<ReturnType<typeof createFreshTopic>>;

async function fill(count: number): Promise<Fresh> {
  const fresh = await createFreshTopic(inject('brokers'));
  await using publisher = await openPublisher(fresh.kafka);
  await publishNumbers(publisher, fresh.settings.KAFKA_TOPIC[0], count);
  return fresh;
}

async function open({ settings }: Fresh, change: Partial<SourceOptions> = {}) {
  const kafka = connectKafka(settings, 'test');
  const admin = await openAdmin(kafka);
  const source = await openSource({
    settings,
    name: 'test',
    admin,
    logger: silentLogger,
    signal: new AbortController().signal,
    once: true,
    openLedger: async (_, logStart) => ledgerAt(logStart),
    onRebalance: () => {},
    onRetry: () => {},
    ...change,
  });
  return {
    source,
    admin,
    [Symbol.asyncDispose]: async () => {
      await source[Symbol.asyncDispose]();
      await admin[Symbol.asyncDispose]();
    },
  };
}

function ownsPartition({ partitions }: Source, partition: number): boolean {
  return partitions.some((one) => one.partition === partition);
}

async function readAll(
  source: Source,
  onBatch: (batch: RecordBatch) => Promise<void> = (batch) => batch.commitOffsets(),
) {
  const seen: string[] = [];
  for await (const batch of source.batches()) {
    seen.push(...batch.records.map(({ value }) => String(value)));
    await onBatch(batch);
  }
  return seen;
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(index));
const sorted = (texts: readonly string[]) => texts.toSorted((a, b) => Number(a) - Number(b));

test.concurrent('every record is delivered once, in order per partition, up to the end offsets', async () => {
  const fresh = await fill(3_000);
  await using opened = await open(fresh);
  const seen = await readAll(opened.source);
  expect(sorted(seen)).toEqual(numbers(3_000));
  for (const partition of [0, 1, 2]) {
    const mine = seen.filter((text) => Number(text) % 3 === partition);
    expect(mine).toEqual(sorted(mine));
  }
});

test.concurrent('committed batches are not read again, others are', async () => {
  const fresh = await fill(300);
  const ledgerAhead = { openLedger: async () => ledgerAt(1_000n) };
  const committed = new Set<number>();
  {
    await using first = await open(fresh, ledgerAhead);
    for await (const batch of first.source.batches()) {
      await batch.commitOffsets();
      committed.add(batch.partition);
      if (committed.size === 2) break;
    }
  }
  await using second = await open(fresh, ledgerAhead);
  const rest = numbers(300).filter((text) => !committed.has(Number(text) % 3));
  expect(sorted(await readAll(second.source))).toEqual(rest);
});

test.concurrent('reading resumes at the ledger if it is behind the committed offset', async () => {
  const fresh = await fill(300);
  {
    await using first = await open(fresh);
    await readAll(first.source);
  }
  await using second = await open(fresh, {
    openLedger: async ({ partition }) => ledgerAt(partition === 1 ? 40n : 100n),
  });
  const again = await readAll(second.source);
  expect(again).toEqual(
    numbers(300)
      .filter((text) => Number(text) % 3 === 1)
      .slice(40),
  );
});

test.concurrent('a ledger ahead of the committed offset skips no records', async () => {
  const fresh = await fill(30);
  await using opened = await open(fresh, { openLedger: async () => ledgerAt(1_000n) });
  expect(sorted(await readAll(opened.source))).toEqual(numbers(30));
});

test.concurrent('each partition has at most one batch in flight, several partitions have several', async () => {
  const fresh = await fill(3_000);
  await using opened = await open({ ...fresh, settings: { ...fresh.settings, BATCH_MAX_EVENTS: 100 } });
  const out = new Set<number>();
  let most = 0;
  const hold = async (batch: RecordBatch) => {
    expect(out.has(batch.partition)).toBe(false);
    out.add(batch.partition);
    most = Math.max(most, out.size);
    await pause(20);
    out.delete(batch.partition);
    await batch.commitOffsets();
  };
  await Promise.all([
    readAll(opened.source, hold),
    readAll(opened.source, hold),
    readAll(opened.source, hold),
  ]);
  expect(most).toBeGreaterThan(1);
});

test.concurrent('after a loop fails, no other loop gets what follows its batch', async () => {
  const fresh = await createFreshTopic(inject('brokers'), 1);
  await using publisher = await openPublisher(fresh.kafka);
  await publishNumbers(publisher, fresh.settings.KAFKA_TOPIC[0], 2, 1);
  const stop = new AbortController();
  await using opened = await open(
    { ...fresh, settings: { ...fresh.settings, BATCH_MAX_EVENTS: 1 } },
    { signal: stop.signal },
  );
  const fail = () => Promise.reject(new Error('broken'));
  const failing = readAll(opened.source, fail);
  const other = readAll(opened.source);
  await expect(failing).rejects.toThrow('broken');
  await pause(200);
  stop.abort();
  expect(await other).toEqual([]);
});

test.concurrent('no record is missed when another member joins', async () => {
  const fresh = await fill(3_000);
  const settings = { ...fresh.settings, BATCH_MAX_EVENTS: 50 };
  const stop = new AbortController();
  const options = { once: false, signal: stop.signal };
  await using first = await open({ ...fresh, settings }, options);
  const seen = new Set<string>();
  const collect = async (batch: RecordBatch) => {
    await pause(5);
    for (const { value } of batch.records) seen.add(String(value));
    await batch.commitOffsets();
    if (seen.size === 3_000) stop.abort();
  };
  const reading = readAll(first.source, collect);
  await using second = await open({ ...fresh, settings }, options);
  await Promise.all([reading, readAll(second.source, collect)]);
  expect(seen.size).toBe(3_000);
});

test.concurrent('a rebalance during a write repeats nothing of a partition that is kept', async () => {
  const fresh = await fill(300);
  await using first = await open(fresh, { once: false });
  let out = 0;
  const holdUntilRebalance = async (batch: RecordBatch) => {
    out++;
    while (first.source.partitions.length === 3) await pause(20);
    await batch.commitOffsets();
  };
  const reading = Array.from({ length: 3 }, () => readAll(first.source, holdUntilRebalance));
  while (out < 3) await pause(20);
  await using second = await open(fresh, { once: false });
  while (first.source.batchesInFlight > 0) await pause(20);
  const { KAFKA_TOPIC: topics, KAFKA_GROUP_ID: group } = fresh.settings;
  await vi.waitFor(async () => {
    const offsets = await second.admin.fetchOffsets(topics, group);
    const kept = offsets.filter((one) => ownsPartition(first.source, one.partition));
    expect(kept.map(({ committed }) => committed)).toEqual(first.source.partitions.map(() => 100n));
  });
  await first.source[Symbol.asyncDispose]();
  await Promise.all(reading);
});

test.concurrent('lookups of positions never overlap, even if one outlasts a rebalance', async () => {
  const fresh = await fill(30);
  const { promise: ledger, resolve: openLedgers } = Promise.withResolvers<ReturnType<typeof ledgerAt>>();
  let looks = 0;
  const onRebalance = () => {
    looks++;
  };
  await using first = await open(fresh, { once: false, openLedger: () => ledger, onRebalance });
  while (looks === 0) await pause(20);
  await using _second = await open(fresh, { once: false });
  while (first.source.partitions.length === 3) await pause(20);
  await pause(200);
  expect(looks).toBe(1);
  openLedgers(ledgerAt(0n));
  while (looks === 1) await pause(20);
});

test.concurrent('a topic that disappears during the lookup of positions is retried', async () => {
  const fresh = await fill(30);
  await using real = await openAdmin(connectKafka(fresh.settings, 'test'));
  const missing = Object.assign(new kafkajs.KafkaJSError('gone'), { type: 'UNKNOWN_TOPIC_OR_PARTITION' });
  const fetchOffsets = vi.fn(real.fetchOffsets).mockRejectedValueOnce(missing);
  await using opened = await open(fresh, { admin: { ...real, fetchOffsets } });
  expect(await readAll(opened.source)).toHaveLength(30);
});

test.concurrent('a write to a revoked partition does not delay the end of --once', async () => {
  const fresh = await fill(300);
  const settings = { ...fresh.settings, BATCH_MAX_EVENTS: 50 };
  await using first = await open({ ...fresh, settings });
  const { promise: lost, resolve: lose } = Promise.withResolvers<void>();
  let out = 0;
  const holdUntilLost = async (batch: RecordBatch) => {
    const isSecond = ++out > 3;
    while (first.source.partitions.length === 3) await pause(20);
    const isKept = ownsPartition(first.source, batch.partition);
    if (isKept && isSecond) await lost;
    while (!isKept && out < 3 + first.source.partitions.length) await pause(20);
    await batch.commitOffsets();
    if (!isKept) lose();
  };
  const reading = Array.from({ length: 3 }, () => readAll(first.source, holdUntilLost));
  while (out < 3) await pause(20);
  await using _second = await open(fresh, { once: false });
  await Promise.all(reading);
});

test.concurrent('a write that outlasts the session timeout keeps the membership', {
  tags: 'long',
}, async () => {
  const fresh = await fill(30);
  await using opened = await open(fresh);
  let batches = 0;
  const slow = async (batch: RecordBatch) => {
    if (batches++ === 0) await pause(8_000);
    await batch.commitOffsets();
  };
  expect(sorted(await readAll(opened.source, slow))).toEqual(numbers(30));
});

test.concurrent('a paused partition yields nothing, the others continue', async () => {
  const fresh = await fill(300);
  const stop = new AbortController();
  const settings = { ...fresh.settings, BATCH_MAX_EVENTS: 10 };
  await using opened = await open({ ...fresh, settings }, { once: false, signal: stop.signal });
  const seen: number[] = [];
  for await (const batch of opened.source.batches()) {
    if (batch.partition === 1) batch.pausePartition();
    else {
      seen.push(...batch.records.map(({ value }) => Number(value)));
      await batch.commitOffsets();
    }
    if (seen.length === 200) stop.abort();
  }
  expect(seen.filter((number) => number % 3 === 1)).toEqual([]);
});

/** Three fetched batches: one in flight, one queued, one that waits for room. */
async function fillAndHold({ settings }: Fresh, publisher: Publisher, source: Source) {
  const batches = source.batches();
  await publishNumbers(publisher, settings.KAFKA_TOPIC[0], 200, 1);
  const held: RecordBatch = (await batches[Symbol.asyncIterator]().next()).value;
  for (let more = 0; more < 2; more++) {
    await publishNumbers(publisher, settings.KAFKA_TOPIC[0], 200, 1);
    await pause(1_000);
  }
  return { held, batches };
}

test.concurrent('a recreated topic is read from its start, even if it outgrew the old one', {
  tags: 'long',
}, async () => {
  const fresh = await createFreshTopic(inject('brokers'), 1);
  const [topic] = fresh.settings.KAFKA_TOPIC;
  const settings = { ...fresh.settings, BATCH_MAX_EVENTS: 200, BUFFER_MAX_BYTES: 1 };
  await using publisher = await openPublisher(fresh.kafka);
  const stop = new AbortController();
  let known: string | undefined;
  const openLedger: SourceOptions['openLedger'] = async ({ topicId }, logStart) => {
    const isRestarted = known !== undefined && known !== topicId;
    known = topicId;
    return { nextOffset: logStart, isRestarted };
  };
  await using opened = await open({ ...fresh, settings }, { once: false, signal: stop.signal, openLedger });
  const { held, batches } = await fillAndHold(fresh, publisher, opened.source);
  const operator = fresh.kafka.admin();
  await operator.connect();
  await operator.deleteTopics({ topics: [topic] });
  await createTopics(operator, [{ topic, numPartitions: 1 }]);
  await operator.disconnect();
  await publishNumbers(publisher, topic, 1_000, 1);
  await held.commitOffsets();
  const seen = new Set<string>();
  for await (const batch of batches) {
    await batch.commitOffsets();
    for (const { value } of batch.records) seen.add(String(value));
    if (seen.size === 1_000) stop.abort();
  }
  expect(seen.size).toBe(1_000);
});

// H2: a broker fills a response in the order of the request, which kafkajs shuffles.
test.concurrent('a backlog of the first partitions does not delay the others', async () => {
  const partitions = [0, 1, 2, 3, 4, 5, 6, 7];
  const fresh = await createFreshTopic(inject('brokers'), partitions.length);
  await using publisher = await openPublisher(fresh.kafka);
  const round = partitions.map((partition) => ({ key: null, value: Buffer.alloc(1_000), partition }));
  for (let rounds = 0; rounds < 20; rounds++) await publisher.publish(fresh.settings.KAFKA_TOPIC[0], round);
  const room = { KAFKA_FETCH_MAX_BYTES: 4 << 10, KAFKA_FETCH_MAX_PARTITION_BYTES: 2 << 10 };
  await using opened = await open({ ...fresh, settings: { ...fresh.settings, ...room } });
  const read = partitions.map(() => 0);
  for await (const { partition, records, commitOffsets } of opened.source.batches()) {
    read[partition] = (read[partition] ?? 0) + records.length;
    await commitOffsets();
    if (read[partition] === 20) break;
  }
  // Not how far: a slice has all that was fetched of its partition.
  expect(read).not.toContain(0);
});

/**
 * Records 0 and 1, a compressed batch of two that decompresses to 4 MiB, and records 4 and 5, all in
 * partition 0.
 */
async function fillWithBomb(): Promise<Fresh> {
  const fresh = await createFreshTopic(inject('brokers'), 1);
  const [topic] = fresh.settings.KAFKA_TOPIC;
  const producer = fresh.kafka.producer();
  await producer.connect();
  registerCodecs({ maxBytes: 8 << 20, maxRecords: 100_000 });
  const bomb = Buffer.alloc(2 << 20);
  await producer.send({ topic, messages: [{ value: '0' }, { value: '1' }] });
  await producer.send({
    topic,
    compression: CompressionTypes.GZIP,
    messages: [{ value: bomb }, { value: bomb }],
  });
  await producer.send({ topic, messages: [{ value: '4' }, { value: '5' }] });
  await producer.disconnect();
  return { ...fresh, settings: { ...fresh.settings, DECOMPRESSED_MAX_BYTES: 1 << 20 } };
}

// From here on tests are not concurrent: the limits of decompression are those of the process.
test('a batch over the decompression limit ends the source with its offsets', async () => {
  const fresh = await fillWithBomb();
  await using opened = await open(fresh);
  const seen: string[] = [];
  const reading = readAll(opened.source, async (batch) => {
    seen.push(...batch.records.map(({ value }) => String(value)));
    await batch.commitOffsets();
  });
  await expect(reading).rejects.toThrow(/\/0: the batch of offsets 2 to 3 cannot be read/);
  expect(seen).toEqual(['0', '1']);
});

test('an unreadable batch named by --skip is skipped, its offsets are accounted for', async () => {
  const fresh = await fillWithBomb();
  const skips = [{ topic: fresh.settings.KAFKA_TOPIC[0], partition: 0, offset: 2n }];
  await using opened = await open(fresh, { skips });
  const slices: (readonly [number, bigint])[] = [];
  const note = async (batch: RecordBatch) => {
    slices.push([batch.records.length, batch.nextOffset]);
    await batch.commitOffsets();
  };
  expect(await readAll(opened.source, note)).toEqual(['0', '1', '4', '5']);
  expect(slices.at(-1)?.[1]).toBe(6n);
});

test('offsets of transaction markers are accounted for', async () => {
  const fresh = await createFreshTopic(inject('brokers'), 1);
  const producer = fresh.kafka.producer({
    transactionalId: fresh.settings.KAFKA_GROUP_ID,
    maxInFlightRequests: 1,
    // A coordinator that has just started answers with errors that mean "try again".
    retry: { retries: 50, initialRetryTime: 100, maxRetryTime: 500 },
  });
  await producer.connect();
  for (const end of ['abort', 'commit', 'abort'] as const) {
    const transaction = await producer.transaction();
    await transaction.send({ topic: fresh.settings.KAFKA_TOPIC[0], messages: [{ value: end }] });
    await transaction[end]();
  }
  await producer.disconnect();
  await using opened = await open(fresh);
  let next = 0n;
  const seen = await readAll(opened.source, async (batch) => {
    next = batch.nextOffset;
    await batch.commitOffsets();
  });
  expect(seen).toEqual(['commit']);
  expect(next).toBe(6n);
});
