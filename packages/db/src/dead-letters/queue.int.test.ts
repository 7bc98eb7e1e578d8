import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { batchOf, deadLetter } from '../testing/batches.ts';
import { createFreshDatabase, type FreshDatabase } from '../testing/fresh-database.ts';
import { createWriter } from '../write/writer.ts';
import { countDeadLetters, readAncestors, type StoredDeadLetter } from './dead-letters.ts';
import { openRedriveQueue, type RedriveOutcome } from './queue.ts';
import { discardDeadLetters } from './resolve.ts';

let fresh: FreshDatabase;

beforeAll(async () => {
  fresh = await createFreshDatabase(inject('postgresUrl'));
});
afterAll(() => fresh[Symbol.asyncDispose]());
beforeEach(async () => {
  await run('truncate dlq_events, dlq_actions, ingest_progress');
  const writer = createWriter(fresh.database, (statement) => statement());
  await writer.open({ topic: 'events', partition: 0 }, 0n);
  await writer.write(
    batchOf(
      [],
      Array.from({ length: 100 }, (_, offset) => deadLetter(offset)),
    ),
  );
});

const run = (text: string) => fresh.database.run((sql) => sql.unsafe<{ line: string }[]>(text));
const lines = async (select: string) => (await run(select)).map(({ line }) => line);
const open = () => openRedriveQueue(fresh.settings, 'me');

const sendOne = async (one: StoredDeadLetter): Promise<RedriveOutcome> => ({
  letter: one,
  place: { partition: 1, offset: String(one.offset) },
});

test('a queued dead letter has the timestamp of its record', async () => {
  await using queue = open();
  const timestamps: string[] = [];
  await queue.take({}, async (one) => {
    timestamps.push(one.timestamp);
    return await sendOne(one);
  });
  expect(timestamps).toEqual([deadLetter(0).record.timestamp]);
});

test('concurrent queues redrive each dead letter once', async () => {
  const taken: bigint[] = [];
  await Promise.all(
    [1, 2, 3].map(async () => {
      await using queue = open();
      const takeNext = () =>
        queue.take({}, async (one) => {
          taken.push(one.id);
          return await sendOne(one);
        });
      while ((await takeNext()) !== undefined);
    }),
  );
  expect([taken.length, new Set(taken).size]).toEqual([100, 100]);
  expect(await countDeadLetters(fresh.database, { status: 'redriven' })).toBe(100n);
  const audit = `select concat_ws(' ', count(*), count(distinct dlq_id)) as line from dlq_actions
                 join dlq_events using (dlq_id) where new_offset = source_offset and done_by = 'me'`;
  expect(await lines(audit)).toEqual(['100 100']);
});

test('a dead letter that is being redriven can be neither taken nor discarded', async () => {
  await using first = open();
  await using second = open();
  const { promise: sending, resolve: begin } = Promise.withResolvers<bigint>();
  const { promise: sent, resolve: finish } = Promise.withResolvers<void>();
  const taking = first.take({}, async (one) => {
    begin(one.id);
    await sent;
    return await sendOne(one);
  });
  const id = await sending;
  expect((await second.take({}, sendOne))?.letter.id).toBe(id + 1n);
  const discarding = discardDeadLetters(fresh.database, { ids: [id] }, { because: 'a test', by: 'me' });
  finish();
  expect((await taking)?.letter.id).toBe(id);
  expect(await discarding).toBe(0n);
});

test('a dead letter that could not be sent stays open, and the problem is recorded', async () => {
  await using queue = open();
  await queue.take({}, async (one) => ({ letter: one, problem: 'too large' }));
  expect(await countDeadLetters(fresh.database, { status: 'open' })).toBe(100n);
  expect(await lines('select concat(outcome, detail) as line from dlq_actions')).toEqual(['failedtoo large']);
});

test('a dead letter is open again if sending throws or the connection is lost', async () => {
  await using queue = open();
  await expect(queue.take({}, () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  const cut = queue.take({}, async (one) => {
    await run(`select pg_terminate_backend(pid)::text as line from pg_stat_activity
               where application_name = 'redrive' and datname = current_database()`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    return { letter: one, problem: 'not reached' };
  });
  await expect(cut).rejects.toThrow();
  expect(await countDeadLetters(fresh.database, { status: 'open' })).toBe(100n);
  expect(await queue.take({}, sendOne)).toBeDefined();
});

test('ancestors are found by position and redrive count', async () => {
  await using queue = open();
  const redriven = await queue.take({}, async (one) => ({
    letter: one,
    place: { partition: 3, offset: '7' },
  }));
  const { id = 0n } = redriven?.letter ?? {};
  const failAgain = async (redriveCount: number, timestamp: string) => {
    const again = { ...deadLetter(7, { redriveCount }), record: { ...deadLetter(7).record, timestamp } };
    const writer = createWriter(fresh.database, (statement) => statement());
    await writer.open({ topic: 'events', partition: 3 }, 7n);
    await writer.write(batchOf([], [again], 3));
    const [last] = await run('select max(dlq_id)::text as line from dlq_events');
    return await readAncestors(fresh.database, BigInt(last?.line ?? 0));
  };
  expect(await failAgain(1, '1700000000124')).toEqual([id]);
  expect(await failAgain(0, '1700000000125')).toEqual([]);
});
