import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { createEvent, jsonRecord } from './support/data/events.ts';
import { findViolations, noViolations, sumLedgers } from './support/data/invariants.ts';
import { runApp, startApp } from './support/programs/programs.ts';
import { findUnproven, prove } from './support/programs/prove.ts';
import { waitForLog, waitUntil } from './support/programs/wait.ts';
import { openOtherProducer, toMessages } from './support/servers/other-producer.ts';
import { createPipeline, type Pipeline } from './support/servers/pipeline.ts';

/** The key of a transaction marker starts with these bytes, and so may the key of a record. */
const markerLike = Buffer.alloc(4);

/** Opens a transactional producer that is not kafkajs. */
function openTransactional(pipeline: Pipeline) {
  return openOtherProducer(pipeline, { transactionalId: randomUUID() });
}

type Transaction = Awaited<ReturnType<ReturnType<typeof openTransactional>['begin']>>;

/** Sends a valid event to each partition within a transaction. Returns their ids. */
async function sendWithin(transaction: Transaction, { topic }: Pipeline): Promise<readonly string[]> {
  const events = [createEvent(), createEvent(), createEvent()];
  const records = events.map((event, partition) => jsonRecord(event, { key: markerLike, partition }));
  await transaction.send({ messages: toMessages(topic, records) });
  return events.map(({ event_id }) => event_id);
}

async function storedIds({ database }: Pipeline): Promise<readonly string[]> {
  const rows = await database.run(
    (sql) => sql<{ id: string }[]>`select event_id as id from raw_events order by 1`,
  );
  return rows.map(({ id }) => id);
}

async function lagOf(pipeline: Pipeline): Promise<bigint> {
  const offsets = await pipeline.offsets();
  return offsets.reduce((sum, { committed, logEnd }) => sum + logEnd - (committed ?? 0n), 0n);
}

test.concurrent('only committed transactions are stored, and every offset is accounted for', async () => {
  await using pipeline = await createPipeline();
  await using first = openTransactional(pipeline);
  await using second = openTransactional(pipeline);
  const committed: string[] = [];
  for (const [firstEnd, secondEnd] of [
    ['abort', 'abort'],
    ['commit', 'abort'],
    ['abort', 'commit'],
    ['commit', 'commit'],
  ] as const) {
    // The transactions interleave: the second starts later and ends first.
    const [one, other] = [await first.begin(), await second.begin()];
    const ids = [await sendWithin(one, pipeline), await sendWithin(other, pipeline)];
    await other[secondEnd]();
    const more = await sendWithin(one, pipeline);
    await one[firstEnd]();
    if (firstEnd === 'commit') committed.push(...(ids[0] ?? []), ...more);
    if (secondEnd === 'commit') committed.push(...(ids[1] ?? []));
    const plain = createEvent();
    await pipeline.publish([jsonRecord(plain, { key: markerLike })]);
    committed.push(plain.event_id);
  }
  expect(await runApp('consumer', ['--once'], pipeline.environment)).toMatchObject({ code: 0 });
  expect(await storedIds(pipeline)).toEqual(committed.sort());
  const ends = (await pipeline.offsets()).reduce((sum, { logEnd }) => sum + Number(logEnd), 0);
  const skipped = ends - committed.length;
  expect(await sumLedgers(pipeline.database)).toEqual({
    stored: committed.length,
    duplicates: 0,
    dead: 0,
    skipped,
  });
  expect(await findViolations(pipeline.database)).toEqual(noViolations);
  const { receipt } = await prove(pipeline);
  expect(receipt).toMatchObject({ isClean: true, rowsNotChecked: null, skipped: { empty: '0' } });
  expect(Number(receipt.skipped['markers']) + Number(receipt.skipped['aborted'])).toBe(skipped);
  expect(await lagOf(pipeline)).toBe(0n);
});

test.concurrent('an open transaction blocks later records until it is aborted', async () => {
  await using pipeline = await createPipeline();
  await using producer = openTransactional(pipeline);
  await using consumer = startApp('consumer', [], pipeline.environment);
  await waitForLog(consumer, /joined the group/);
  const hanging = await producer.begin();
  await sendWithin(hanging, pipeline);
  const events = Array.from({ length: 30 }, (_, index) => ({ event: createEvent(), partition: index % 3 }));
  await pipeline.publish(events.map(({ event, partition }) => jsonRecord(event, { partition })));
  // --once stops at the last stable offset, so it does not wait for the transaction.
  const drain = { ...pipeline.environment, KAFKA_GROUP_ID: `${pipeline.groupId}-drain` };
  expect(await runApp('consumer', ['--once'], drain)).toMatchObject({ code: 0 });
  expect(await storedIds(pipeline)).toEqual([]);
  expect(await lagOf(pipeline)).toBe(33n);
  await hanging.abort();
  await waitUntil(async () => (await lagOf(pipeline)) === 0n);
  expect(await storedIds(pipeline)).toEqual(events.map(({ event }) => event.event_id).sort());
  expect(await findViolations(pipeline.database)).toEqual(noViolations);
  expect(await findUnproven(pipeline)).toEqual([]);
});
