import { readSettings } from '@pipeline/runtime';
import { expect, inject, test } from 'vitest';
import { connectDatabase, type Database, openPool } from './client/connect.ts';
import { databaseSettings } from './client/settings.ts';
import {
  countDeadLetters,
  listStoredDeadLetters,
  readActions,
  readAncestors,
  readDeadLetters,
} from './dead-letters/dead-letters.ts';
import { openRedriveQueue } from './dead-letters/queue.ts';
import { discardDeadLetters } from './dead-letters/resolve.ts';
import { compareTables } from './maintenance/compare-tables.ts';
import { partitionEvents } from './maintenance/partition.ts';
import { countPurgeable, purge } from './maintenance/purge.ts';
import { rebuildAggregates } from './maintenance/rebuild-aggregates.ts';
import { migrate } from './migrate.ts';
import { readLedger } from './read/ledger.ts';
import { readMinutes } from './read/minutes.ts';
import { readNewest } from './read/newest-events.ts';
import { readOverview } from './read/overview.ts';
import { keepSample, readSamples } from './read/samples.ts';
import { batchOf, deadLetter, record, row } from './testing/batches.ts';
import { createFreshDatabase, type FreshDatabase } from './testing/fresh-database.ts';
import { createWriter, type Persist } from './write/writer.ts';

const persist: Persist = (statement) => statement();
/** All schemas of a test are in one database, whose `public` has tables, too. */
const createDatabase = () => createFreshDatabase(inject('postgresUrl'));
const partition = { topic: 'events', partition: 0, topicId: 'a'.repeat(32) };
const idOf = (number: number) => `019ab3c1-0000-7000-8000-${String(number).padStart(12, '0')}`;

/** Settings of a schema; unqualified names are not found. */
function settingsOf({ settings }: FreshDatabase, schema: string, user?: string) {
  const url = new URL(settings.DATABASE_URL.text);
  url.searchParams.set('options', '-csearch_path=');
  if (user !== undefined) Object.assign(url, { username: user, password: user });
  return readSettings(databaseSettings, { DATABASE_URL: url.href, DATABASE_SCHEMA: schema });
}

async function inSchema(
  fresh: FreshDatabase,
  schema: string,
  work: (database: Database) => Promise<unknown>,
  user?: string,
): Promise<void> {
  const options = { applicationName: 'test', connections: 2 };
  await using database = connectDatabase(settingsOf(fresh, schema, user), options);
  await work(database);
}

const differencesOf = async (database: Database) =>
  (await compareTables(database)).filter(({ expected, found }) => expected !== found);

/** Stores two events, a dead letter, a refused row and a conflicting event, and stores them as a replay. */
async function write(database: Database): Promise<void> {
  const writer = createWriter(database, persist, { conflicts: 'dead-letter' });
  await writer.open(partition, 0n);
  const first = row(0, { eventId: idOf(0) });
  const refused = row(1, { eventId: idOf(1), payloadJson: '{"text":"\\u0000"}' });
  const conflicting = row(4, { eventId: idOf(0), userId: 'another' });
  const batches = [
    batchOf([first, refused], [deadLetter(2)]),
    batchOf([{ ...first, record: record(3) }, conflicting, row(5, { eventId: idOf(5) })]),
  ];
  for (const batch of batches) await writer.write(batch);
  await writer.rewind(partition, 6n, 3n);
  for (const batch of batches) await writer.write(batch);
}

async function read(database: Database): Promise<void> {
  const overview = await readOverview(database, { topics: ['events'], minutes: 5 });
  expect(overview.totals).toMatchObject({ stored: 2n, deadLettered: 3n, openDeadLetters: 3n });
  expect(overview.minutes).toMatchObject([{ count: 2n }]);
  expect(overview.deadLetterGroups).toHaveLength(3);
  expect(await readLedger(database, ['events'])).toMatchObject([{ nextOffset: 6n }]);
  expect(await readMinutes(database, 5)).toEqual([]);
  expect(await readNewest(database, 5)).toMatchObject({ events: [{}, {}] });
  const unknown = { lag: null, end: null, secondsBehind: null, latency: null };
  const name = { topic: 'events', groupId: 'group' };
  await keepSample(database, name, { atMs: Date.now(), stored: 2n, openDeadLetters: 3n, ...unknown });
  expect(await readSamples(database, name, { minutes: 5, stepSeconds: 10 })).toHaveLength(1);
}

async function resolve(database: Database, settings: ReturnType<typeof settingsOf>): Promise<void> {
  const [newest] = await listStoredDeadLetters(database, { contains: 'user_id' }, { limit: 9 });
  const id = newest?.id ?? 0n;
  {
    await using queue = openRedriveQueue(settings, 'test');
    const taken = await queue.take({ ids: [id] }, async (letter) => ({
      letter,
      place: { partition: 0, offset: '9' },
    }));
    expect(taken).toMatchObject({ letter: { reason: 'conflicting_event' } });
  }
  expect(await readActions(database, id)).toMatchObject([{ action: 'redrive', outcome: 'done' }]);
  expect(await readAncestors(database, id)).toEqual([]);
  expect(await discardDeadLetters(database, {}, { because: 'a test', by: 'test' })).toBe(2n);
  expect(await countDeadLetters(database, { status: 'discarded' })).toBe(2n);
  expect(await Array.fromAsync(readDeadLetters(database, {}))).toHaveLength(3);
}

async function maintain(database: Database): Promise<void> {
  const later = new Date('2099-01-01');
  expect(await differencesOf(database)).toEqual([]);
  expect(await rebuildAggregates(database)).toEqual({ written: 0, removed: 0, rollups: 0 });
  expect(await partitionEvents(database, later, 2, persist)).toMatchObject({
    isConverted: true,
    made: ['raw_events_20990102', 'raw_events_20990103'],
  });
  const writer = createWriter(database, persist);
  await writer.open(partition, 0n);
  await writer.write(batchOf([row(6, { eventId: 'f47ac10b-58cc-4372-a567-0e02b2c3d479' })]));
  expect(await countPurgeable(database, later)).toEqual({ events: 3n, deadLetters: 3n });
  expect(await purge(database, later, { by: 'test', now: later, persist })).toEqual({
    events: 3n,
    deadLetters: 3n,
  });
  // Enough for the form of the statement that large batches have.
  await writer.write(batchOf(Array.from({ length: 1_000 }, (_, at) => row(7 + at))));
  expect(await differencesOf(database)).toEqual([]);
}

test.each(['public', 'team_a', 'pipeline', 'order'])(
  'every statement runs in the schema %s without a search_path',
  async (schema) => {
    await using fresh = await createDatabase();
    const settings = settingsOf(fresh, schema);
    await migrate(settings);
    expect(await migrate(settings)).toEqual([]);
    await inSchema(fresh, schema, async (database) => {
      await write(database);
      await read(database);
      await resolve(database, settings);
      await maintain(database);
    });
  },
);

test('pipelines in two schemas of a database do not see each other', async () => {
  await using fresh = await createDatabase();
  for (const schema of ['team_a', 'team_b']) await migrate(settingsOf(fresh, schema));
  await inSchema(fresh, 'team_a', write);
  for (const schema of ['public', 'team_b'])
    await inSchema(fresh, schema, async (database) => {
      const { totals, ledger } = await readOverview(database, { topics: ['events'], minutes: 5 });
      expect([totals.stored, totals.deadLettered, totals.openDeadLetters, ledger]).toEqual([0n, 0n, 0n, []]);
    });
  await inSchema(fresh, 'team_a', read);
});

test('a migration of one schema waits for that of its own, and not of another', async () => {
  await using fresh = await createDatabase();
  const settings = settingsOf(fresh, 'team_a');
  await migrate(settings);
  const migrating = openPool(settings, { applicationName: 'test', connections: 1 });
  await migrating.begin(async (sql) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('team_a', 7305117))`;
    const stop = new AbortController();
    const onRetry = () => stop.abort(new Error('waited'));
    await expect(migrate(settings, [], { signal: stop.signal, onRetry })).rejects.toThrow('waited');
    expect(await migrate(settingsOf(fresh, 'team_b'))).toContain('0001_tables.sql');
  });
  await migrating.end();
});

test('the owner of a schema needs no right to create schemas', async () => {
  await using fresh = await createDatabase();
  const user = `owner_${crypto.randomUUID().slice(0, 8)}`;
  const run = (text: string) => fresh.database.run((sql) => sql.unsafe(text).simple());
  await run(`create role ${user} login password '${user}'`);
  const settings = settingsOf(fresh, 'team_a', user);
  await expect(migrate(settings)).rejects.toMatchObject({ remedy: expect.stringContaining('grant') });
  await run(`create schema team_a authorization ${user}`);
  expect(await migrate(settings)).toContain('0001_tables.sql');
  await inSchema(fresh, 'team_a', write, user);
});

/** What a role of a pipeline could do to the tables of another one. */
const intrusions = [
  'select from SCHEMA.raw_events',
  'select from SCHEMA.schema_migrations',
  `insert into SCHEMA.purges (before, purged_by) values (now(), 'me')`,
  'update SCHEMA.ingest_progress set next_offset = 0',
  'delete from SCHEMA.dlq_events',
  'truncate SCHEMA.agg_events_minute',
  'drop table SCHEMA.raw_events',
  'select SCHEMA.grant_to_roles()',
  `select SCHEMA.check_ledger('events', 0, 0, 0)`,
  'create table SCHEMA.more ()',
  'create trigger count after insert on mine execute function SCHEMA.count_dead_letters()',
];

test.each(['owner', 'writer', 'reader', 'operator'])(
  'the %s of one schema can neither read nor change another one',
  async (kind) => {
    await using fresh = await createDatabase();
    const suffix = crypto.randomUUID().slice(0, 8);
    const [own, other] = [`a_${suffix}`, `b_${suffix}`];
    for (const schema of [own, other]) await migrate(settingsOf(fresh, schema));
    const user = `login_${suffix}`;
    const setUp = `create role ${user} login password '${user}' in role pipeline_${own}_${kind};
      create schema authorization ${user}`;
    await fresh.database.run((sql) => sql.unsafe(setUp).simple());
    await inSchema(
      fresh,
      own,
      async (database) => {
        await database.run((sql) => sql`select from pipeline.raw_events`);
        await database.run((sql) => sql.unsafe(`create table ${user}.mine ()`));
        for (const schema of [other, 'public'])
          for (const text of intrusions) {
            const statement = text.replace('SCHEMA', schema).replace(' mine ', ` ${user}.mine `);
            await expect(database.run((sql) => sql.unsafe(statement))).rejects.toMatchObject({
              code: '42501',
            });
          }
      },
      user,
    );
  },
);
