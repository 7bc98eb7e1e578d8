/** @module-tag long */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type EncodedBatch,
  encodeShape,
  readableShapes,
  type Shape,
  unreadableShapes,
} from '@pipeline/kafka/testing';
import { isNightly, type PrivateServer, startPrivateKafka, testStack } from '@pipeline/testing';
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
 *
 * The limit is checked with the peak that the kernel keeps of a process, because only cgroups enforce one, which need
 * root or a systemd of the user. What needs neither does not limit resident memory: Linux ignores RLIMIT_RSS, and
 * RLIMIT_AS and RLIMIT_DATA count what V8 only reserves, 1.3 and 0.6 GB at startup. The peak includes pages of files,
 * which a container would evict before it ends the process.
 */
const MAX_BYTES = 400_000_000;

/** Less than a container would allow; the rest of the 400 MB is for buffers, which are outside of the heap. */
const heapLimits = { NODE_OPTIONS: '--max-old-space-size=192 --max-semi-space-size=8' };

const PARTITIONS = [0, 1, 2];
/** All of them take five minutes. */
const isIncluded = ({ bomb: { codec } }: Shape) => isNightly || codec === 'zstd' || codec === 'none';
const unreadable = unreadableShapes.filter(isIncluded);
const readable = readableShapes.filter(isIncluded);
let kafka: PrivateServer;

beforeAll(async () => {
  kafka = await startPrivateKafka();
  const environment = { KAFKA_BROKERS: kafka.address };
  const topics = [...unreadable, ...readable].flatMap(({ name }) => [
    { topic: name, numPartitions: PARTITIONS.length },
    { topic: `${name}-dlq`, numPartitions: 1 },
  ]);
  await createTopics({ environment }, topics);
  await kafka.kill('SIGTERM');
  for (const shape of unreadable) await writeLog(shape, [0]);
  for (const shape of readable) await writeLog(shape, PARTITIONS);
  await kafka.start();
}, 300_000);

afterAll(() => kafka[Symbol.asyncDispose]());

/** Fills partitions with an event, the batches that are to be read, another event, and the rest of the batches. */
async function writeLog(shape: Shape, partitions: readonly number[]): Promise<void> {
  const bombs = encodeShape(shape, () => Buffer.alloc(0)).slice(1, -1);
  const [first, rest] = [bombs.slice(0, readBatches(shape)), bombs.slice(readBatches(shape))];
  for (const partition of partitions) {
    const events = encodeShape(noBombs, () => Buffer.from(JSON.stringify(createEvent())));
    const path = join(kafka.folder, 'data', `${shape.name}-${partition}`, '00000000000000000000.log');
    await writeFile(path, renumber([...events.slice(0, 1), ...first, ...events.slice(1), ...rest]));
  }
}

/** Only the two events of a log. */
const noBombs: Shape = { name: 'events', bomb: { codec: 'none', records: 1, zeros: 0 }, batches: 0 };

/**
 * Number of batches that a test reads: all of them, or as many as have at most 200,000 records and 100 MB of zeros, in
 * `test:long` a quarter. Every record becomes a dead letter, and those of the largest shapes would take gigabytes and
 * minutes.
 */
function readBatches({ bomb: { records, zeros }, batches }: Shape): number {
  const bytes = records * (zeros ?? 0);
  const share = isNightly ? 1 : 0.25;
  return Math.max(1, Math.floor(Math.min(batches, share * Math.min(200_000 / records, 100_000_000 / bytes))));
}

/** The bytes of a log of these batches. Their offsets are not part of the checksum. */
function renumber(batches: readonly EncodedBatch[]): readonly Buffer[] {
  let next = 0;
  for (const { first, last, bytes } of batches) {
    bytes.writeBigInt64BE(BigInt(next), 0);
    next += last - first + 1;
  }
  return batches.map(({ bytes }) => bytes);
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

describe.each(unreadable)('a batch $name', (shape) => {
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

describe.each(readable)('batches $name', (shape) => {
  test('are read within the memory, and the events behind them are stored', async () => {
    await using pipeline = await openShape(shape);
    await using consumer = startApp('consumer', [], pipeline.environment);
    using memory = watchMemory(consumer);
    let hasEnded = false;
    void consumer.ended.then(() => {
      hasEnded = true;
    });
    const stored = 2 * PARTITIONS.length;
    const isPast = async () => (await sumLedgers(pipeline.database))?.stored === stored;
    await waitUntil(async () => hasEnded || (await isPast()));
    expect(hasEnded ? consumer.stderr() : '').toBe('');
    consumer.process.kill('SIGTERM');
    expect(await consumer.ended).toMatchObject({ code: 0 });
    expect(memory.peak()).toBeLessThan(MAX_BYTES);
    const sums = await sumLedgers(pipeline.database);
    expect(sums).toMatchObject({ stored, duplicates: 0, skipped: 0 });
    const records = PARTITIONS.length * readBatches(shape) * shape.bomb.records;
    expect(sums?.dead).toBeGreaterThanOrEqual(records);
    expect(await findViolations(pipeline.database)).toEqual(noViolations);
  });
});
