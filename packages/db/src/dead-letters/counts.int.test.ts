import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { connectDatabase, type Database } from '../client/connect.ts';
import { migrate, migrationsFolder, readMigrations } from '../migrate.ts';
import { batchOf, deadLetter } from '../testing/batches.ts';
import { createFreshDatabase, type FreshDatabase } from '../testing/fresh-database.ts';
import { createWriter } from '../write/writer.ts';
import { countDeadLetters, readDeadLetters } from './dead-letters.ts';
import { openRedriveQueue } from './queue.ts';
import { discardDeadLetters } from './resolve.ts';

let fresh: FreshDatabase;

beforeAll(async () => {
  fresh = await createFreshDatabase(inject('postgresUrl'));
});
afterAll(() => fresh[Symbol.asyncDispose]());
beforeEach(() => run('truncate dlq_events, dlq_actions, ingest_progress'));

const run = (text: string) => fresh.database.run((sql) => sql.unsafe<{ line: string }[]>(text));

const lines = async (select: string) => (await run(select)).map(({ line }) => line);

/** The counts by kind, after checking them against the rows. */
async function counts(): Promise<readonly string[]> {
  const counted = await lines(
    `select concat_ws(' ', status, reason, event_type, letter_count) as line from agg_dead_letters
     where letter_count <> 0 order by 1`,
  );
  const recounted = await lines(
    `select concat_ws(' ', status, reason, event_type, count(*)) as line from dlq_events
     group by status, reason, event_type order by 1`,
  );
  expect(counted).toEqual(recounted);
  return counted;
}

const aTest = { because: 'a test', by: 'me' };

const typed = { reason: 'invalid_payload', eventType: 'search' } as const;

async function write(partition: number, from: number, length: number): Promise<void> {
  const writer = createWriter(fresh.database, (statement) => statement());
  await writer.open({ topic: 'events', partition }, BigInt(from));
  const deadLetters = Array.from({ length }, (_, at) => deadLetter(from + at, at % 3 === 0 ? typed : {}));
  await writer.write(batchOf([], deadLetters, partition));
}

test('counts by kind follow inserts, updates and deletes of dead letters', async () => {
  await write(0, 0, 5);
  expect(await counts()).toEqual(['open invalid_payload search 2', 'open not_json 3']);
  expect(await discardDeadLetters(fresh.database, { eventType: null }, aTest)).toBe(3n);
  expect(await counts()).toEqual(['discarded not_json 3', 'open invalid_payload search 2']);
  await using queue = openRedriveQueue(fresh.settings, 'me');
  await queue.take({}, async (letter) => ({ letter, place: { partition: 0, offset: '9' } }));
  expect(await counts()).toHaveLength(3);
  await run(`delete from dlq_events where status = 'discarded'`);
  expect(await counts()).toEqual(['open invalid_payload search 1', 'redriven invalid_payload search 1']);
  await run(`update dlq_events set detail = 'other'`);
  expect(await counts()).toHaveLength(2);
  await run('truncate dlq_events');
  expect(await counts()).toEqual([]);
});

test('discarding works in steps and leaves dead letters that arrive later', async () => {
  const fail = (count: number, from: number) =>
    run(`insert into dlq_events (source_topic, source_partition, source_offset, source_timestamp, reason, detail)
         select 'events', 0, ${from} + n, now(), 'empty', '' from generate_series(1, ${count}) as n`);
  await fail(25_000, 0);
  const steps: bigint[] = [];
  const failing: unknown[] = [];
  const onClosed = (closed: bigint) => failing.push(fail(1, 100_000 + steps.push(closed)));
  expect(await discardDeadLetters(fresh.database, {}, { ...aTest, onClosed })).toBe(25_000n);
  expect(steps).toEqual([10_000n, 10_000n, 5_000n, 0n]);
  await Promise.all(failing);
  expect(await counts()).toEqual(['discarded empty 25000', 'open empty 4']);
});

test('reading dead letters limits the bytes of each statement', async () => {
  await run(`insert into dlq_events (source_topic, source_partition, source_offset, source_timestamp, value, reason, detail)
             select 'events', 0, n, now(), decode(repeat('ff', case when n < 9 then 1000000 else 1 end), 'hex'), 'too_large', ''
             from generate_series(1, 99) as n`);
  const chunks: number[] = [];
  const runThere = fresh.database.run.bind(fresh.database);
  const counting: Database = {
    ...fresh.database,
    async run(statement) {
      const rows = await runThere(statement);
      chunks.push(rows.length);
      return rows;
    },
  };
  const offsets = await Array.fromAsync(readDeadLetters(counting, {}), ({ offset }) => Number(offset));
  expect(offsets).toEqual(Array.from({ length: 99 }, (_, at) => at + 1));
  expect(chunks).toEqual([5, 50, 44, 0]);
});

test('counts from the aggregate and from the rows agree', async () => {
  await write(0, 0, 7);
  const filters = [
    {},
    { status: 'open' },
    { reason: 'not_json' },
    { eventType: 'search' },
    { eventType: null },
  ] as const;
  for (const filter of filters) {
    const counted = await countDeadLetters(fresh.database, filter);
    expect(counted).toBe(await countDeadLetters(fresh.database, { ...filter, after: 0n }));
  }
  expect(await countDeadLetters(fresh.database, { status: 'discarded' })).toBe(0n);
});

test('concurrent writes and discards neither lose a count nor deadlock', async () => {
  const writing = [0, 1, 2].map(async (partition) => {
    for (let from = 0; from < 200; from += 20) await write(partition, from, 20);
  });
  let isWriting = true;
  const discarding = (async () => {
    while (isWriting) await discardDeadLetters(fresh.database, { reason: 'not_json' }, aTest);
  })();
  await Promise.all(writing);
  isWriting = false;
  await discarding;
  expect((await counts()).length).toBeGreaterThan(1);
  expect(await countDeadLetters(fresh.database, {})).toBe(600n);
});

test('inserting dead letters needs no privileges on the counts', async () => {
  const role = `writer_${Date.now()}`;
  await run(`create role ${role} login password 'secret'; grant select, insert on dlq_events to ${role}`);
  const { DATABASE_URL: url } = fresh.settings;
  const settings = { ...fresh.settings, DATABASE_URL: { ...url, user: role, password: 'secret' } };
  await using theirs = connectDatabase(settings, { applicationName: 'writer', connections: 1 });
  await theirs.run(
    (
      sql,
    ) => sql`insert into dlq_events (source_topic, source_partition, source_offset, source_timestamp, reason, detail)
                 values ('events', 0, 0, now(), 'empty', '')`,
  );
  expect(await counts()).toEqual(['open empty 1']);
  await run(`drop owned by ${role}; drop role ${role}`);
});

test('dead letters are counted by topic, from the aggregate as from the rows', async () => {
  await write(0, 0, 5);
  await run(`update dlq_events set source_topic = 'orders' where source_offset < 2`);
  const byTopic = `select concat_ws(' ', source_topic, reason, letter_count) as line from agg_dead_letters
                   where letter_count <> 0 order by 1`;
  expect(await lines(byTopic)).toEqual([
    'events invalid_payload 1',
    'events not_json 2',
    'orders invalid_payload 1',
    'orders not_json 1',
  ]);
  for (const topic of ['events', 'orders', 'others']) {
    const counted = await countDeadLetters(fresh.database, { topic, status: 'open' });
    expect(counted).toBe(await countDeadLetters(fresh.database, { topic, status: 'open', after: 0n }));
  }
  expect(await countDeadLetters(fresh.database, { topic: 'orders' })).toBe(2n);
  await discardDeadLetters(fresh.database, { topic: 'orders' }, aTest);
  expect(await countDeadLetters(fresh.database, { topic: 'orders', status: 'open' })).toBe(0n);
  expect(await countDeadLetters(fresh.database, { status: 'open' })).toBe(3n);
});

test('counts that a version without topics has written still add up', async () => {
  await write(0, 0, 2);
  await run(`update agg_dead_letters set source_topic = null where letter_count > 0`);
  await discardDeadLetters(fresh.database, {}, aTest);
  expect(await countDeadLetters(fresh.database, { status: 'open' })).toBe(0n);
  expect(await countDeadLetters(fresh.database, { status: 'discarded' })).toBe(2n);
});

test('dead letters from before the migration are counted by topic', async () => {
  const former = readMigrations(migrationsFolder).filter(({ name }) => name < '0028_dead_letter_topics.sql');
  await using old = await createFreshDatabase(inject('postgresUrl'), former);
  const runThere = (text: string) => old.database.run((sql) => sql.unsafe(text));
  await runThere(`insert into dlq_events (source_topic, source_partition, source_offset, source_timestamp, reason, detail)
                  select topic, 0, n, now(), 'empty', '' from unnest(array['events', 'events', 'orders']) with ordinality as _ (topic, n)`);
  await migrate(old.settings);
  await runThere(`update dlq_events set status = 'discarded' where source_offset = 1`);
  expect(
    await runThere(`select status, source_topic as topic, letter_count::int as n from agg_dead_letters
                    where letter_count <> 0 order by 1, 2`),
  ).toEqual([
    { status: 'discarded', topic: 'events', n: 1 },
    { status: 'open', topic: 'events', n: 1 },
    { status: 'open', topic: 'orders', n: 1 },
  ]);
});
