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

/** Codec ids of Kafka and kafkajs. */
const [NONE, GZIP] = [0, 1];

/** Publishes records as one batch to partition 0. */
async function publishBatch(
  { environment, topic }: Pipeline,
  compression: number,
  values: readonly Buffer[],
): Promise<void> {
  const producer = openKafkaClient(environment).producer();
  await producer.connect();
  const messages = values.map((value) => ({ value, partition: 0 }));
  await producer.send({ topic, compression, messages });
  await producer.disconnect();
}

const goodEvents = (count: number): readonly OutgoingRecord[] =>
  Array.from({ length: count }, () => jsonRecord(createEvent(), { partition: 0 }));

/**
 * Expects the consumer to stop in one line with the offsets and the remedy. Returns the result of the remedy.
 * @param reason a pattern of why the batch cannot be read
 */
async function expectStopAndSkip(
  pipeline: Pipeline,
  change: Readonly<Record<string, string>>,
  at: string,
  reason = '',
) {
  const environment = { ...pipeline.environment, ...change };
  const problem = `${pipeline.topic}/0: the batch of offsets ${at} cannot be read${reason}`;
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
  await publishBatch(pipeline, GZIP, [Buffer.alloc(64 << 20), Buffer.alloc(64 << 20)]);
  await pipeline.publish(goodEvents(10));
  const limit = { DECOMPRESSED_MAX_BYTES: String(1 << 20) };
  expect(await peakBytes({ ...pipeline.environment, ...limit })).toBeLessThan(200 << 20);
  expectSkipped(await expectStopAndSkip(pipeline, limit, '10 to 11'), pipeline);
  expect(await sumLedgers(pipeline.database)).toEqual({ stored: 20, duplicates: 0, dead: 0, skipped: 2 });
  expect(await findViolations(pipeline.database)).toEqual(noViolations);
  expect(await findUnproven(pipeline)).toEqual([]);
});

/** Changes the bytes of partition 0's log, which has one segment. */
async function changeLog(
  { folder }: PrivateServer,
  topic: string,
  change: (log: Buffer) => void,
): Promise<void> {
  const path = join(folder, 'data', `${topic}-0`, '00000000000000000000.log');
  const log = await readFile(path);
  change(log);
  await writeFile(path, log);
}

function findBytes(log: Buffer, bytes: Buffer): number {
  const start = log.indexOf(bytes);
  if (start < 0) throw new Error(`the log has no bytes ${bytes.toString('hex')}`);
  return start;
}

/** Overwrites a part of the gzip stream, which cannot be decompressed then. */
function breakGzip(log: Buffer): void {
  const start = findBytes(log, Buffer.from([0x1f, 0x8b, 8]));
  log.fill(0, start + 200, start + 400);
}

/** The user of the events in a corrupt batch. */
const USER = Buffer.from('user-of-the-batch-0');

/** Changes one bit of a value, which remains a valid event, but of another user. */
function changeBit(log: Buffer): void {
  const last = findBytes(log, USER) + USER.length - 1;
  log.writeUInt8(log.readUInt8(last) ^ 1, last);
}

const eventsOf = (user: Buffer, count: number): readonly Buffer[] =>
  Array.from({ length: count }, () => Buffer.from(JSON.stringify(createEvent({ user_id: `${user}` }))));

// L1: only the checksum reveals the changed bit.
test.concurrent.each([
  ['a broken gzip stream', GZIP, breakGzip, ''],
  ['one changed bit of a value', NONE, changeBit, '.* checksum .CRC-32C. does not match'],
] as const)(
  'a batch with %s on disk stops the consumer, and can be skipped',
  { tags: 'long' },
  async (_, codec, corrupt, reason) => {
    await using kafka = await startPrivateKafka();
    const databaseUrl = await testStack().createDatabase();
    await using pipeline = await openPipeline(
      { brokers: kafka.address, databaseUrl },
      'events',
      'events-dlq',
    );
    await operate(pipeline, (operator) =>
      operator.createTopics({ topics: [{ topic: 'events' }, { topic: 'events-dlq' }] }),
    );
    await pipeline.publish(goodEvents(10));
    await publishBatch(pipeline, codec, eventsOf(USER, 20));
    await pipeline.publish(goodEvents(10));
    // After a clean shutdown, the broker does not check its logs at startup.
    await kafka.kill('SIGTERM');
    await changeLog(kafka, pipeline.topic, corrupt);
    await kafka.start();
    expectSkipped(await expectStopAndSkip(pipeline, {}, '10 to 29', reason), pipeline);
    expect(await sumLedgers(pipeline.database)).toEqual({ stored: 20, duplicates: 0, dead: 0, skipped: 20 });
    expect(await countUsers(pipeline)).toEqual([{ user: 'user-1', events: 20 }]);
    expect(await findViolations(pipeline.database)).toEqual(noViolations);
    expect(await findUnproven(pipeline)).toEqual([]);
  },
);

/** The users of the stored events, and how many each has. */
async function countUsers({ database }: Pipeline) {
  return await database.run(
    (sql) =>
      sql`select user_id as "user", count(*)::int as events from pipeline.raw_events group by 1 order by 1`,
  );
}
