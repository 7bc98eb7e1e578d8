import { expect, inject, test } from 'vitest';
import { openPool } from './client/connect.ts';
import { compareTables } from './maintenance/compare-tables.ts';
import { partitionEvents } from './maintenance/partition.ts';
import { type Migration, migrate, migrationsFolder, readMigrations } from './migrate.ts';
import { batchOf, deadLetter, record, row } from './testing/batches.ts';
import { createFreshDatabase, type FreshDatabase } from './testing/fresh-database.ts';
import { createWriter, type Persist } from './write/writer.ts';

const numbers: Migration = { name: '9001_numbers.sql', sql: 'create table numbers (number int)' };
const broken: Migration = {
  name: '9002_broken.sql',
  sql: 'create table words (word text); select nonsense',
};

const namesOf = async ({ database }: FreshDatabase) =>
  await database.run((sql) => sql`select name from schema_migrations where name like '900%' order by name`);

test('concurrent runs apply each migration once', async () => {
  await using fresh = await createFreshDatabase(inject('postgresUrl'));
  const applied = await Promise.all([1, 2, 3].map(() => migrate(fresh.settings, [numbers])));
  expect(applied.flat()).toEqual([numbers.name]);
  expect(await migrate(fresh.settings, [numbers])).toEqual([]);
});

test('a failed migration is rolled back, earlier ones stay, and it can be fixed', async () => {
  await using fresh = await createFreshDatabase(inject('postgresUrl'));
  await expect(migrate(fresh.settings, [numbers, broken])).rejects.toThrow(/nonsense/);
  expect(await namesOf(fresh)).toEqual([{ name: numbers.name }]);
  const fixed = { ...broken, sql: 'create table words (word text)' };
  expect(await migrate(fresh.settings, [numbers, fixed])).toEqual([broken.name]);
});

test('the statement timeout does not apply to migrations', async () => {
  await using fresh = await createFreshDatabase(inject('postgresUrl'));
  const slow: Migration = { name: '9003_slow.sql', sql: 'select pg_sleep(1)' };
  const settings = { ...fresh.settings, DATABASE_STATEMENT_TIMEOUT_MS: 200 };
  expect(await migrate(settings, [slow])).toEqual([slow.name]);
});

// L9: a dump holds its lock for minutes, and all writers would queue behind a migration that waits for it.
test('a migration that waits for a lock blocks writers briefly, and can be stopped', async () => {
  await using fresh = await createFreshDatabase(inject('postgresUrl'));
  const writer = createWriter(fresh.database, (statement) => statement());
  await writer.open({ topic: 'events', partition: 0 }, 0n);
  const change: Migration = { name: '9004_change.sql', sql: 'alter table raw_events add more int' };
  const holder = openPool(fresh.settings, { applicationName: 'dump', connections: 1 });
  const controller = new AbortController();
  let retries = 0;
  const onRetry = () => {
    if (++retries === 3) controller.abort(new Error('stopped'));
  };
  await holder.begin(async (dump) => {
    await dump`select from raw_events`;
    const migrating = migrate(fresh.settings, [change], { signal: controller.signal, onRetry });
    const written = Promise.all(
      [0, 1, 2].map((at) => writer.write(batchOf([row(at)])).then(() => controller.signal.aborted)),
    );
    await expect(migrating).rejects.toThrow('stopped');
    expect(await written).not.toContain(true);
  });
  await holder.end();
  expect(await migrate(fresh.settings, [change])).toEqual([change.name]);
});

/** The migrations of the previous version, and its statement for a dead letter. */
const previous = readMigrations(migrationsFolder).slice(0, 6);
const previousStatement = (offset: number) => `
  with dead as (
    insert into dlq_events (source_topic, source_partition, source_offset, source_timestamp, value, reason, detail)
    values ('events', 0, ${offset}, timestamptz 'epoch' + 1700000000123 * interval '1 ms', 'x', 'not_json', 'not JSON')
    on conflict (source_topic, source_partition, source_offset, source_timestamp) do nothing
    returning 1
  )
  update ingest_progress set next_offset = next_offset + n, dead_lettered = dead_lettered + n
  from (select count(*) as n from dead) as counted where topic = 'events' and partition = 0`;

test('consumers of the previous version write after a migration, until it is finished', async () => {
  await using fresh = await createFreshDatabase(inject('postgresUrl'), previous);
  const run = (text: string) => fresh.database.run((sql) => sql.unsafe(text));
  await run(
    `insert into ingest_progress (topic, partition, start_offset, next_offset) values ('events', 0, 0, 0)`,
  );
  await run(previousStatement(0));
  await migrate(fresh.settings);
  await run(previousStatement(1));
  const writer = createWriter(fresh.database, (statement) => statement());
  await writer.open({ topic: 'events', partition: 0, topicId: 'a'.repeat(32) }, 0n);
  await writer.write(batchOf([], [deadLetter(0), deadLetter(1), deadLetter(2)]));
  await run(previousStatement(2));
  expect(await migrate(fresh.settings, undefined, { finish: true })).toEqual([
    '0009_dead_letter_key_finish.sql',
  ]);
  expect(await run('select count(*)::int as n from dlq_events')).toEqual([{ n: 3 }]);
  const comparisons = await compareTables(fresh.database);
  expect(comparisons.filter(({ expected, found }) => expected !== found)).toEqual([]);
});

/** A function that 0006_roles.sql created in versions without schemas. */
const formerRoles: Migration = {
  name: '0006_roles_former.sql',
  sql: `create function grant_to_roles() returns void
        language plpgsql set search_path = public, pg_temp as 'begin end'`,
};

const migrationsBefore = (name: string) => [
  ...readMigrations(migrationsFolder).filter((one) => one.name < name),
  formerRoles,
];

/** The migrations of the version before definitions, and its statements. */
const beforeDefinitions = migrationsBefore('0022');

const openBefore = `
  insert into ingest_progress as ledger (topic, partition, start_offset, next_offset, topic_id)
  values ('events', 0, 0, 0, null)
  on conflict (topic, partition) do update set topic_id = coalesce(excluded.topic_id, ledger.topic_id)`;

const writeBefore = (form: 'plain' | 'tolerant', at: number, eventId: string) => `
  with ledger as materialized (
    select next_offset from ingest_progress where topic = 'events' and partition = 0 for update
  ), in_step as materialized (
    select from ledger where next_offset = ${at}
  ), inserted as (
    insert into raw_events (event_id, event_type, event_time, user_id, payload)
    select '${eventId}', 'page_view', timestamptz '2026-11-24T09:30:12Z', 'user-1', '{"path":"/"}' where exists (select from in_step)
    ${form === 'plain' ? '' : 'on conflict (event_id) do nothing'} returning event_type, event_time
  ), aggregated as (
    insert into agg_events_minute as total (minute, event_type, event_count)
    select date_bin('1 minute', event_time, '2000-01-01 00:00:00+00 BC'), event_type, 1 from inserted
    on conflict (minute, event_type) do update set event_count = total.event_count + excluded.event_count
  ), dead as (
    insert into dlq_events (source_topic, source_partition, source_offset, source_timestamp, source_topic_id, key, value,
                            headers, event_type, reason, detail, sqlstate, redrive_count)
    select 'events', 0, ${at + 1}, 'epoch', null, null, 'x', '{}', null, 'not_json', '', null, 0 where exists (select from in_step)
    on conflict do nothing returning 1
  )
  update ingest_progress set
    next_offset = ${at + 2}, stored = stored + (select count(*) from inserted),
    duplicates = duplicates + 1 - (select count(*) from inserted), dead_lettered = dead_lettered + (select count(*) from dead)
  where topic = 'events' and partition = 0 and exists (select from in_step)`;

test.each([false, true])(
  'consumers of the version before definitions still write (partitioned: %s)',
  async (isPartitioned) => {
    await using fresh = await createFreshDatabase(inject('postgresUrl'), beforeDefinitions);
    const run = (text: string) => fresh.database.run((sql) => sql.unsafe(text));
    const persist: Persist = (statement) => statement();
    await run(openBefore);
    const first = row(0, { eventId: '019ab3c1-0000-7000-8000-000000000001' });
    await run(writeBefore('plain', 0, first.eventId));
    if (isPartitioned) await partitionEvents(fresh.database, new Date('2099-01-01'), 1, persist);
    expect(await migrate(fresh.settings)).toContain('0022_own_events.sql');
    await run(openBefore);
    await run(writeBefore('plain', 2, crypto.randomUUID()));
    const writer = createWriter(fresh.database, persist, { conflicts: 'dead-letter' });
    await writer.open({ topic: 'events', partition: 0 }, 0n);
    const other = { ...first, userId: null, record: record(5) };
    const { refused } = await writer.write(batchOf([row(4, { userId: null, attributesJson: '{}' }), other]));
    expect(refused).toMatchObject([{ reason: 'conflicting_event' }]);
    await run(writeBefore('tolerant', 6, first.eventId));
    const differences = (await compareTables(fresh.database)).filter(
      ({ expected, found }) => expected !== found,
    );
    expect(differences).toEqual([]);
    expect(
      await run(
        'select stored::int, duplicates::int, dead_lettered::int as dead, identity from ingest_progress',
      ),
    ).toEqual([{ stored: 3, duplicates: 1, dead: 4, identity: '["id","/event_id",null]' }]);
  },
);

test('consumers of the version before schemas write during and after its migration', async () => {
  await using fresh = await createFreshDatabase(inject('postgresUrl'), migrationsBefore('0024'));
  const run = (text: string) => fresh.database.run((sql) => sql.unsafe(text));
  let [offset, isMigrating] = [0, true];
  const writeNext = async () => {
    await run(writeBefore('tolerant', offset, crypto.randomUUID()));
    offset += 2;
  };
  await run(openBefore);
  const writing = (async () => {
    while (isMigrating) await writeNext();
  })();
  expect(await migrate(fresh.settings)).toContain('0024_schemas.sql');
  isMigrating = false;
  await writing;
  await writeNext();
  const writer = createWriter(fresh.database, (statement) => statement());
  await writer.open({ topic: 'events', partition: 0 }, 0n);
  await writer.write(batchOf([row(offset++)], [deadLetter(offset++)]));
  await writeNext();
  const comparisons = await compareTables(fresh.database);
  expect(comparisons.filter(({ expected, found }) => expected !== found)).toEqual([]);
  expect(await run('select stored::int, dead_lettered::int from ingest_progress')).toEqual([
    { stored: offset / 2, dead_lettered: offset / 2 },
  ]);
  expect(
    await run(`select proname::text, proconfig from pg_proc where pronamespace = 'public'::regnamespace
                    and proname in ('check_ledger', 'count_dead_letters', 'grant_to_roles') order by 1`),
  ).toEqual([
    { proname: 'check_ledger', proconfig: '{"search_path=public, pg_temp"}' },
    { proname: 'count_dead_letters', proconfig: '{"search_path=public, pg_temp"}' },
    { proname: 'grant_to_roles', proconfig: '{"search_path=public, pg_temp"}' },
  ]);
});

/** The statements for dead letters are those of the version before the index. */
test('consumers write dead letters before, during and after the change of their index', async () => {
  await using fresh = await createFreshDatabase(
    inject('postgresUrl'),
    readMigrations(migrationsFolder).filter(({ name }) => name < '0035'),
  );
  const forms = [1, Number.POSITIVE_INFINITY].map((copyMinEvents) =>
    createWriter(fresh.database, (statement) => statement(), { copyMinEvents }),
  );
  for (const writer of forms) await writer.open({ topic: 'events', partition: 0 }, 0n);
  const write = async (from: number) => {
    const deadLetters = Array.from({ length: 40 }, (_, index) => deadLetter(from + index));
    for (const writer of forms) await writer.write(batchOf([], deadLetters));
  };
  await write(0);
  await Promise.all([write(40), migrate(fresh.settings)]);
  await write(0);
  await write(80);
  const comparisons = await compareTables(fresh.database);
  expect(comparisons.filter(({ expected, found }) => expected !== found)).toEqual([]);
  const rows = await fresh.database.run((sql) => sql`select count(*)::int as n from pipeline.dlq_events`);
  expect(rows).toEqual([{ n: 120 }]);
});
