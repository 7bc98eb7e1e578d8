import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@pipeline/db';
import type { OutgoingRecord } from '@pipeline/kafka';
import { expect, test } from 'vitest';
import { createEvent, jsonRecord } from './support/data/events.ts';
import { findViolations, noViolations, sumLedgers } from './support/data/invariants.ts';
import { runApp, startApp } from './support/programs/programs.ts';
import { findUnproven } from './support/programs/prove.ts';
import { waitForLog, waitUntil } from './support/programs/wait.ts';
import { configureTopic, deleteTopic, operate } from './support/servers/kafka-client.ts';
import { createPipeline, type Pipeline } from './support/servers/pipeline.ts';

/** Valid events, distributed round-robin over the partitions. */
function createEvents(count: number, partitions = 3): readonly OutgoingRecord[] {
  return Array.from({ length: count }, (_, index) =>
    jsonRecord(createEvent(), { partition: index % partitions }),
  );
}

async function removeBelow(pipeline: Pipeline, offsets: readonly (readonly [number, number])[]) {
  const partitions = offsets.map(([partition, offset]) => ({ partition, offset: String(offset) }));
  await operate(pipeline, async (operator) => {
    // Loads the metadata, without which kafkajs rejects the topic as unknown.
    await operator.fetchTopicOffsets(pipeline.topic);
    await operator.deleteTopicRecords({ topic: pipeline.topic, partitions });
  });
}

/** Whether the group has committed the end offsets of all partitions. */
async function isDrained(pipeline: Pipeline): Promise<boolean> {
  const offsets = await pipeline.offsets();
  return offsets.every(({ committed, logEnd }) => (committed ?? 0n) === logEnd);
}

/** The numbers of removed offsets in the logged warnings, by partition. */
function warnedGaps(logs: string): readonly (readonly [number, number])[] {
  const lines = logs
    .split('\n')
    .filter((line) => line.includes('were removed from the topic before they were read'));
  const warnings: readonly { readonly partition: number; readonly gap: string }[] = lines.map((line) =>
    JSON.parse(line),
  );
  return warnings.map(({ partition, gap }) => [partition, Number(gap)] as const).sort();
}

test.concurrent('records removed before they were read are logged and counted as skipped', async () => {
  await using pipeline = await createPipeline();
  await pipeline.publish(createEvents(300));
  expect(await runApp('consumer', ['--once'], pipeline.environment)).toMatchObject({ code: 0 });
  await pipeline.publish(createEvents(150));
  await removeBelow(pipeline, [
    [0, 150],
    [1, 110],
    [2, 50],
  ]);
  await pipeline.publish(createEvents(30));
  const { code, stderr } = await runApp('consumer', ['--once'], pipeline.environment);
  expect(code).toBe(0);
  expect(warnedGaps(stderr)).toEqual([
    [0, 50],
    [1, 10],
  ]);
  expect(await sumLedgers(pipeline.database)).toEqual({ stored: 420, duplicates: 0, dead: 0, skipped: 60 });
  expect(await findViolations(pipeline.database)).toEqual(noViolations);
  expect(await findUnproven(pipeline, { mayLackRecords: true })).toEqual([]);
  expect(await isDrained(pipeline)).toBe(true);
});

/** Blocks all writes until the returned function is called, at most for the statement timeout. */
async function blockWrites({ database }: Pipeline): Promise<() => Promise<void>> {
  await database.run((sql) => sql`create table gate ()`);
  const blocked = database.run((sql) =>
    sql
      .unsafe(
        `do $$ begin lock table raw_events;
         while not exists (select from gate) loop perform pg_sleep(0.05); end loop; end $$`,
      )
      .simple(),
  );
  await waitUntil(async () => (await countLocks(database)) > 0);
  return async () => {
    await database.run((sql) => sql`insert into gate default values`);
    await blocked;
  };
}

/** Number of locks that block all writes. */
async function countLocks(database: Database): Promise<number> {
  const held = await database.run(
    (sql) =>
      sql`select from pg_locks where relation = 'raw_events'::regclass and mode = 'AccessExclusiveLock' and granted`,
  );
  return held.length;
}

async function isConsumerBlocked({ database }: Pipeline): Promise<boolean> {
  const waiting = await database.run(
    (sql) => sql`
      select from pg_stat_activity
      where application_name = 'consumer' and wait_event_type = 'Lock' and datname = current_database()`,
  );
  return waiting.length > 0;
}

const SMALL_FETCHES = {
  KAFKA_FETCH_MAX_PARTITION_BYTES: '1024',
  BUFFER_MAX_BYTES: '1024',
  KAFKA_FETCH_MAX_BYTES: '1024',
};

test.concurrent('records removed under a running consumer are skipped unless already fetched', async () => {
  await using pipeline = await createPipeline();
  await using consumer = startApp('consumer', [], { ...pipeline.environment, ...SMALL_FETCHES });
  await waitForLog(consumer, /joined the group/);
  const unblock = await blockWrites(pipeline);
  for (let times = 0; times < 20; times++) await pipeline.publish(createEvents(50, 1));
  await waitUntil(() => isConsumerBlocked(pipeline));
  await removeBelow(pipeline, [[0, 900]]);
  await unblock();
  await waitUntil(() => isDrained(pipeline));
  const sums = await sumLedgers(pipeline.database);
  const { stored = 0, skipped = 0, ...others } = sums ?? {};
  expect({ sum: stored + skipped, ...others }).toEqual({ sum: 1_000, duplicates: 0, dead: 0 });
  expect(skipped).toBeGreaterThan(0);
  expect(stored).toBeGreaterThan(100);
  expect(warnedGaps(consumer.stderr())).toEqual([[0, skipped]]);
  expect(await findViolations(pipeline.database)).toEqual(noViolations);
  expect(await findUnproven(pipeline, { mayLackRecords: true })).toEqual([]);
});

// L3
test.concurrent('a topic that is deleted with a commit in flight and recreated loses nothing', async () => {
  await using pipeline = await createPipeline();
  const { topic } = pipeline;
  await using consumer = startApp('consumer', [], pipeline.environment);
  await waitForLog(consumer, /joined the group/);
  const unblock = await blockWrites(pipeline);
  await pipeline.publish(createEvents(300, 1));
  await waitUntil(() => isConsumerBlocked(pipeline));
  await deleteTopic(pipeline, topic);
  await unblock();
  const hasStored = async (events: number) => (await sumLedgers(pipeline.database))?.stored === events;
  await waitUntil(() => hasStored(300));
  await waitForLog(consumer, /UNKNOWN_TOPIC_OR_PARTITION.*waiting for Kafka/);
  await operate(pipeline, (operator) =>
    operator.createTopics({ topics: [{ topic, numPartitions: 3 }], waitForLeaders: false }),
  );
  await pipeline.publish(createEvents(300));
  await waitUntil(async () => consumer.process.exitCode !== null || (await hasStored(600)));
  expect({ code: consumer.process.exitCode, log: consumer.stderr() }).toMatchObject({ code: null });
  await waitUntil(() => isDrained(pipeline));
  expect(await findViolations(pipeline.database)).toEqual(noViolations);
  expect(await findUnproven(pipeline, { mayLackRecords: true })).toEqual([]);
});

/** Publishes small segments with thirty keys, which compaction can shrink. Returns the number of records. */
async function fillCompacted(pipeline: Pipeline): Promise<number> {
  await configureTopic(pipeline, pipeline.topic, {
    'cleanup.policy': 'compact',
    'segment.ms': '100',
    'min.cleanable.dirty.ratio': '0.001',
  });
  for (let segments = 0; segments < 5; segments++) {
    const events = createEvents(60, 1).map((event, index) => ({
      ...event,
      key: Buffer.from(`key-${index % 30}`),
    }));
    await pipeline.publish(events);
    await sleep(200);
  }
  await pipeline.publish([{ key: Buffer.from('key-0'), value: null, partition: 0 }]);
  return 301;
}

test.concurrent('compacted offsets are skipped without a warning; a tombstone is a dead letter', async () => {
  await using pipeline = await createPipeline();
  const sent = await fillCompacted(pipeline);
  const count = async () => (await pipeline.readTopic(pipeline.topic)).length;
  let left = await count();
  // The log cleaner runs every half second, and cleans one partition after the other.
  for (let before = sent; left === sent || left !== before; left = await count()) {
    before = left;
    await sleep(1_000);
  }
  const { code, stderr } = await runApp('consumer', ['--once'], pipeline.environment);
  expect([code, warnedGaps(stderr)]).toEqual([0, []]);
  const skipped = sent - left;
  expect(await sumLedgers(pipeline.database)).toEqual({ stored: left - 1, duplicates: 0, dead: 1, skipped });
  expect(await findViolations(pipeline.database)).toEqual(noViolations);
  expect(await findUnproven(pipeline, { mayLackRecords: true })).toEqual([]);
  expect(await isDrained(pipeline)).toBe(true);
});
