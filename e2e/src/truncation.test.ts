import { setTimeout as sleep } from 'node:timers/promises';
import { freshName, type PrivateServer, startPrivateKafka, testStack } from '@pipeline/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEvent, jsonRecord } from './support/data/events.ts';
import { findViolations, noViolations } from './support/data/invariants.ts';
import { findOvercommitted } from './support/data/oracle.ts';
import { findUnstored } from './support/data/retained.ts';
import { runApp } from './support/programs/programs.ts';
import { findUnproven } from './support/programs/prove.ts';
import { waitUntil } from './support/programs/wait.ts';
import { cutLog, type LogCut } from './support/servers/cut-log.ts';
import { configureTopic } from './support/servers/kafka-client.ts';
import { openPipeline, type Pipeline } from './support/servers/pipeline.ts';
import { createTopics } from './support/system/system.ts';

/** Fast enough to test: segments of 100 ms, and a broker that compacts and deletes them at once. */
const brisk = { 'log.cleaner.backoff.ms': 100, 'log.retention.check.interval.ms': 100 };
const segments = { 'segment.ms': '100' };
const compaction = { ...segments, 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '0.001' };
const retention = { ...segments, 'retention.ms': '100' };

let kafka: PrivateServer;

beforeAll(async () => {
  kafka = await startPrivateKafka({ settings: brisk });
});

afterAll(() => kafka[Symbol.asyncDispose]());

async function openPrivate(): Promise<Pipeline> {
  const topic = freshName('events');
  await createTopics(kafka.address, topic);
  const databaseUrl = await testStack().createDatabase();
  return await openPipeline({ brokers: kafka.address, databaseUrl }, topic, `${topic}-dlq`);
}

/** Publishes events to each of three partitions, in batches of ten. */
async function publish(pipeline: Pipeline, count: number): Promise<void> {
  for (let sent = 0; sent < count; sent += 10) {
    const events = Array.from({ length: 30 }, (_, index) =>
      jsonRecord(createEvent(), { partition: index % 3 }),
    );
    await pipeline.publish(events);
  }
}

/** Drains the topic; returns the warnings of truncated logs. */
async function drain({ environment }: Pipeline): Promise<readonly object[]> {
  const { code, stderr } = await runApp('consumer', ['--once'], environment);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const lines = stderr.split('\n').filter((line) => line.includes(' was truncated'));
  return lines.map((line) => JSON.parse(line)).sort((a, b) => a.partition - b.partition);
}

/** At the end of a batch, within one, and the whole log. */
const cuts: readonly LogCut[] = [
  { lostBatches: 3, keepsEpochs: true },
  { lostBatches: 5, isTorn: true },
  { lostBatches: 10 },
];

// M6
test("records at the offsets of lost ones are stored after a broker lost a log's tail", async () => {
  await using pipeline = await openPrivate();
  await publish(pipeline, 100);
  expect(await drain(pipeline)).toEqual([]);
  await kafka.kill();
  const cutAt = ([partition, cut]: [number, LogCut]) => cutLog(kafka.folder, pipeline.topic, partition, cut);
  const ends = await Promise.all([...cuts.entries()].map(cutAt));
  await kafka.start();
  await publish(pipeline, 200);
  const warned = await drain(pipeline);
  expect(warned).toMatchObject(
    ends.map((end, partition) => ({ level: 'warn', partition, ledger: '100', divergence: String(end) })),
  );
  expect(await findUnstored(pipeline, pipeline.database)).toEqual([]);
  expect(await findViolations(pipeline.database)).toEqual(noViolations);
  expect(await findUnproven(pipeline, { mayLackRecords: true })).toEqual([]);
  expect(await findOvercommitted(pipeline)).toEqual([]);
  expect(await drain(pipeline)).toEqual([]);
});

/** Publishes events with thirty keys to partition 0, in segments of their own. */
async function publishKeys(pipeline: Pipeline, count: number): Promise<void> {
  for (let sent = 0; sent < count; sent += 30) {
    const key = (index: number) => Buffer.from(`key-${index}`);
    const events = Array.from({ length: 30 }, (_, index) =>
      jsonRecord(createEvent(), { key: key(index), partition: 0 }),
    );
    await pipeline.publish(events);
    await sleep(150);
  }
}

async function hasOffset(pipeline: Pipeline, wanted: number): Promise<boolean> {
  const records = await pipeline.readTopic(pipeline.topic);
  return records.some(({ offset }) => offset === String(wanted));
}

/** Removes the last record that is stored, then adds others. */
async function removeLast(
  pipeline: Pipeline,
  configuration: Readonly<Record<string, string>>,
): Promise<void> {
  await publishKeys(pipeline, 60);
  expect(await drain(pipeline)).toEqual([]);
  await configureTopic(pipeline, pipeline.topic, configuration);
  await publishKeys(pipeline, 60);
  await waitUntil(async () => !(await hasOffset(pipeline, 59)));
  await publishKeys(pipeline, 30);
}

test.concurrent.each([
  ['compaction', compaction],
  ['retention', retention],
] as const)('a last record that %s removed is no truncation', { tags: 'long' }, async (_, configuration) => {
  await using pipeline = await openPrivate();
  await removeLast(pipeline, configuration);
  expect(await drain(pipeline)).toEqual([]);
  expect(await drain(pipeline)).toEqual([]);
  expect(await findUnstored(pipeline, pipeline.database)).toEqual([]);
  expect(await findViolations(pipeline.database)).toEqual(noViolations);
  expect(await findUnproven(pipeline, { mayLackRecords: true, mayBeEmpty: true })).toEqual([]);
});
