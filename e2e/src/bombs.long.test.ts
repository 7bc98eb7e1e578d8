/** @module-tag long */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeShape, readableShapes, type Shape, unreadableShapes } from '@pipeline/kafka/testing';
import { type PrivateServer, startPrivateKafka, testStack } from '@pipeline/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEvent } from './support/data/events.ts';
import { findViolations, noViolations, sumLedgers } from './support/data/invariants.ts';
import { type Ended, type Program, startApp } from './support/programs/programs.ts';
import { waitUntil } from './support/programs/wait.ts';
import { createTopics } from './support/servers/kafka-client.ts';
import { openPipeline, type Pipeline } from './support/servers/pipeline.ts';

/**
 * H2: batches that are small on the wire and large in memory. They are written to the log of a stopped broker: no
 * broker checks what a batch decompresses to, and brokers need as much memory as consumers to take some of these.
 */
const MAX_BYTES = 400 << 20;

/** Less than a container would allow; the rest of the 400 MB is for buffers, which are outside of the heap. */
const heapLimits = { NODE_OPTIONS: '--max-old-space-size=192 --max-semi-space-size=8' };

const PARTITIONS = [0, 1, 2];
let kafka: PrivateServer;

beforeAll(async () => {
  kafka = await startPrivateKafka();
  const environment = { KAFKA_BROKERS: kafka.address };
  const topics = [...unreadableShapes, ...readableShapes].flatMap(({ name }) => [
    { topic: name, numPartitions: PARTITIONS.length },
    { topic: `${name}-dlq`, numPartitions: 1 },
  ]);
  await createTopics({ environment }, topics);
  await kafka.kill('SIGTERM');
  for (const shape of unreadableShapes) await writeLog(shape, [0]);
  for (const shape of readableShapes) await writeLog(shape, PARTITIONS);
  await kafka.start();
}, 300_000);

afterAll(() => kafka[Symbol.asyncDispose]());

/** Fills partitions with an event, the bombs, and another event. */
async function writeLog(shape: Shape, partitions: readonly number[]): Promise<void> {
  const batches = encodeShape(shape, () => Buffer.from(JSON.stringify(createEvent())));
  for (const partition of partitions) {
    const path = join(kafka.folder, 'data', `${shape.name}-${partition}`, '00000000000000000000.log');
    await writeFile(
      path,
      batches.map(({ bytes }) => bytes),
    );
  }
}

async function openShape({ name }: Shape): Promise<Pipeline> {
  const databaseUrl = await testStack().createDatabase();
  const changes = { ...heapLimits, DLQ_LIMIT_RATIO: '0' };
  return await openPipeline({ brokers: kafka.address, databaseUrl }, name, `${name}-dlq`, changes);
}

/** Measures the resident memory of a process until it ends; returns the peak in bytes. */
function watchMemory({ process: { pid } }: Program): { readonly peak: () => number } & Disposable {
  let peak = 0;
  const measure = () => {
    try {
      const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      peak = Math.max(peak, 1_024 * Number(kilobytes ?? 0));
    } catch {}
  };
  const timer = setInterval(measure, 10);
  return { peak: () => peak, [Symbol.dispose]: () => clearInterval(timer) };
}

/** Runs the consumer until it exits, within the limit. */
async function drain(args: readonly string[], { environment }: Pipeline): Promise<Ended> {
  await using consumer = startApp('consumer', ['--once', ...args], environment);
  using memory = watchMemory(consumer);
  const ended = await consumer.ended;
  expect(memory.peak()).toBeLessThan(MAX_BYTES);
  return ended;
}

describe.each(unreadableShapes)('a batch $name', (shape) => {
  test('stops the consumer within its memory with its position, and can be skipped', async () => {
    await using pipeline = await openShape(shape);
    const { records, claimed = records } = shape.bomb;
    const stopped = await drain([], pipeline);
    expect(stopped.code).toBe(1);
    expect(stopped.stderr.trimEnd().split('\n').at(-1)).toContain(
      `${shape.name}/0: the batch of offsets 1 to ${claimed} cannot be read`,
    );
    const skipped = await drain(['--skip', `${shape.name}:0:1`], pipeline);
    expect(skipped.code).toBe(0);
    const sums = await sumLedgers(pipeline.database);
    expect(sums).toEqual({ stored: 2, duplicates: 0, dead: 0, skipped: claimed });
    expect(await findViolations(pipeline.database)).toEqual(noViolations);
  });
});

describe.each(readableShapes)('batches $name', (shape) => {
  test('are read within the memory, in all partitions', async () => {
    await using pipeline = await openShape(shape);
    await using consumer = startApp('consumer', [], pipeline.environment);
    using memory = watchMemory(consumer);
    let hasEnded = false;
    void consumer.ended.then(() => {
      hasEnded = true;
    });
    const enough = Math.min(200, shape.bomb.records);
    await waitUntil(async () => hasEnded || (await readPartitions(pipeline, enough)) === PARTITIONS.length);
    expect(hasEnded ? consumer.stderr() : '').toBe('');
    expect(memory.peak()).toBeLessThan(MAX_BYTES);
  });
});

/** Number of partitions of which that many records are accounted for. */
async function readPartitions({ database }: Pipeline, records: number): Promise<number> {
  const [row] = await database.run(
    (sql) =>
      sql<{ n: number }[]>`select count(*)::int as n from ingest_progress where next_offset > ${records}`,
  );
  return row?.n ?? 0;
}
