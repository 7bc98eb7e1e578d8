import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OutgoingRecord } from '@pipeline/kafka';
import { type PrivateServer, startPrivateKafka, testStack } from '@pipeline/testing';
import { expect, test } from 'vitest';
import { createEvent, jsonRecord } from './support/data/events.ts';
import { findViolations, noViolations, sumLedgers } from './support/data/invariants.ts';
import { type Ended, runApp, startApp } from './support/programs/programs.ts';
import { findUnproven } from './support/programs/prove.ts';
import { openKafkaClient, operate } from './support/servers/kafka-client.ts';
import { createPipeline, openPipeline, type Pipeline } from './support/servers/pipeline.ts';
import { residentBytes } from './support/system/fleet.ts';

/** Codec id of gzip in Kafka and kafkajs. */
const GZIP = 1;

/** Publishes records as one compressed batch to partition 0. */
async function publishCompressed({ environment, topic }: Pipeline, values: readonly Buffer[]): Promise<void> {
  const producer = openKafkaClient(environment).producer();
  await producer.connect();
  const messages = values.map((value) => ({ value, partition: 0 }));
  await producer.send({ topic, compression: GZIP, messages });
  await producer.disconnect();
}

const goodEvents = (count: number): readonly OutgoingRecord[] =>
  Array.from({ length: count }, () => jsonRecord(createEvent(), { partition: 0 }));

/**
 * Expects the consumer to stop in one line with the offsets and the remedy. Returns the result of the remedy.
 */
async function expectStopAndSkip(pipeline: Pipeline, change: Readonly<Record<string, string>>, at: string) {
  const environment = { ...pipeline.environment, ...change };
  const problem = `${pipeline.topic}/0: the batch of offsets ${at} cannot be read`;
  const remedy = `consumer start --skip ${pipeline.topic}:0:10`;
  const stopped = await runApp('consumer', ['--once'], environment);
  expect(stopped.code).toBe(1);
  expect(stopped.stderr.trimEnd().split('\n').at(-1)).toMatch(
    new RegExp(`^consumer: .*${problem}.*${remedy}`),
  );
  expect(await sumLedgers(pipeline.database)).toEqual({ stored: 10, duplicates: 0, dead: 0, skipped: 0 });
  return await runApp('consumer', ['--once', '--skip', `${pipeline.topic}:0:10`], environment);
}

function expectSkipped({ code, stderr }: Ended, pipeline: Pipeline): void {
  expect(code).toBe(0);
  expect(stderr).toContain('skipped an unreadable batch');
  expect(stderr).toContain(pipeline.topic);
}

/** Peak resident memory of a run of the consumer, in bytes. */
async function peakBytes(environment: Pipeline['environment']): Promise<number> {
  await using consumer = startApp('consumer', ['--once'], environment);
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, residentBytes(consumer.process.pid));
  }, 10);
  await consumer.ended;
  clearInterval(timer);
  return peak;
}

test.concurrent('a batch that decompresses to too much stops the consumer, and can be skipped', async () => {
  await using pipeline = await createPipeline();
  await pipeline.publish(goodEvents(10));
  await publishCompressed(pipeline, [Buffer.alloc(64 << 20), Buffer.alloc(64 << 20)]);
  await pipeline.publish(goodEvents(10));
  const limit = { DECOMPRESSED_MAX_BYTES: String(1 << 20) };
  expect(await peakBytes({ ...pipeline.environment, ...limit })).toBeLessThan(200 << 20);
  expectSkipped(await expectStopAndSkip(pipeline, limit, '10 to 11'), pipeline);
  expect(await sumLedgers(pipeline.database)).toEqual({ stored: 20, duplicates: 0, dead: 0, skipped: 2 });
  expect(await findViolations(pipeline.database)).toEqual(noViolations);
  expect(await findUnproven(pipeline)).toEqual([]);
});

/** Overwrites a part of the gzip stream in the log of partition 0. */
async function corruptLog(kafka: PrivateServer, topic: string): Promise<void> {
  const path = join(kafka.folder, 'data', `${topic}-0`, '00000000000000000000.log');
  const bytes = await readFile(path);
  const start = bytes.indexOf(Buffer.from([0x1f, 0x8b, 8]));
  if (start < 0) throw new Error('the log has no gzip stream');
  await writeFile(path, bytes.fill(0, start + 200, start + 400));
}

test.concurrent('a batch that is corrupt on disk stops the consumer, and can be skipped', {
  tags: 'long',
}, async () => {
  await using kafka = await startPrivateKafka();
  const databaseUrl = await testStack().createDatabase();
  await using pipeline = await openPipeline({ brokers: kafka.address, databaseUrl }, 'events', 'events-dlq');
  await operate(pipeline, (operator) =>
    operator.createTopics({ topics: [{ topic: 'events' }, { topic: 'events-dlq' }] }),
  );
  await pipeline.publish(goodEvents(10));
  await publishCompressed(
    pipeline,
    goodEvents(20).map(({ value }) => value ?? Buffer.alloc(0)),
  );
  await pipeline.publish(goodEvents(10));
  // After a clean shutdown, the broker does not check its logs at startup.
  await kafka.kill('SIGTERM');
  await corruptLog(kafka, pipeline.topic);
  await kafka.start();
  expectSkipped(await expectStopAndSkip(pipeline, {}, '10 to 29'), pipeline);
  expect(await sumLedgers(pipeline.database)).toEqual({ stored: 20, duplicates: 0, dead: 0, skipped: 20 });
  expect(await findViolations(pipeline.database)).toEqual(noViolations);
  expect(await findUnproven(pipeline)).toEqual([]);
});
