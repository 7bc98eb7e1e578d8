import { expect, inject, test } from 'vitest';
import { openPool } from './client/connect.ts';
import { compareTables } from './maintenance/compare-tables.ts';
import { type Migration, migrate, migrationsFolder, readMigrations } from './migrate.ts';
import { batchOf, deadLetter, row } from './testing/batches.ts';
import { createFreshDatabase, type FreshDatabase } from './testing/fresh-database.ts';
import { createWriter } from './write/writer.ts';

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
