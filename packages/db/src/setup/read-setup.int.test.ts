import { deriveRollups, shopEvents } from '@pipeline/schema';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { connectDatabase } from '../client/connect.ts';
import { partitionEvents } from '../maintenance/partition.ts';
import { migrateRollups } from '../rollups/migrate-rollups.ts';
import { createFreshDatabase, type FreshDatabase } from '../testing/fresh-database.ts';
import { readSetup } from './read-setup.ts';

let fresh: FreshDatabase;
beforeAll(async () => {
  fresh = await createFreshDatabase(inject('postgresUrl'));
});
afterAll(() => fresh[Symbol.asyncDispose]());

const run = (text: string) => fresh.database.run((sql) => sql.unsafe(text).simple());

/** Reads the set-up over a connection of its own, as settings of the database apply to later ones only. */
async function read(settings = fresh.settings) {
  await using database = connectDatabase(settings, { applicationName: 'stats', connections: 1 });
  return await readSetup(database, settings, ['events']);
}

test('a migrated database has all rights, no pending migration and the set timeout', async () => {
  expect(await read()).toMatchObject({
    versionNumber: expect.any(Number),
    encoding: 'UTF8',
    hasTables: true,
    mayRead: true,
    statementTimeoutMs: 20_000,
    asynchronousUsers: [],
    limits: [{ of: 'server', open: expect.any(Number), ownOpen: 1 }],
    missingRights: {},
    migrations: { pending: [], unknown: [] },
    ledgers: [],
    rollups: [],
    daysAhead: null,
  });
});

test('the roll-ups of the tables are those that were declared last', async () => {
  const declared = deriveRollups(shopEvents);
  await migrateRollups(fresh.settings, declared);
  expect((await read()).rollups).toEqual(declared);
  const changed = declared.map((one) => ({ ...one, keyLimit: 7 }));
  await migrateRollups(fresh.settings, changed);
  expect((await read()).rollups).toEqual(changed);
  await migrateRollups(fresh.settings, []);
});

test('a schema without tables lacks all migrations', async () => {
  const { hasTables, migrations } = await read({ ...fresh.settings, DATABASE_SCHEMA: 'nowhere' });
  expect([hasTables, migrations?.pending[0], migrations?.unknown]).toEqual([false, '0001_tables.sql', []]);
});

test('rights that were revoked are missing until they are granted again', async () => {
  await run(`revoke insert on raw_events from pipeline_writer;
    revoke execute on function check_ledger from pipeline_writer;
    revoke delete on stats_samples from pipeline_operator;
    revoke insert (started_at, records, differences, receipt) on proofs from pipeline_operator`);
  expect((await read()).missingRights).toEqual({
    pipeline_writer: ['execute on check_ledger', 'insert on raw_events'],
    pipeline_operator: ['insert on proofs', 'delete on stats_samples'],
  });
  await run('select grant_to_roles()');
  expect((await read()).missingRights).toEqual({});
});

test('the ledgers of the topics have their cluster, and the id rule of their events', async () => {
  await run(`insert into ingest_progress (topic, partition, start_offset, next_offset, stored, cluster_id, identity)
    values ('events', 0, 0, 5, 5, 'A', '["cloudevents"]'), ('events', 1, 0, 0, 0, 'B', '["other"]'),
           ('events', 2, 0, 1, 1, 'A', null), ('others', 0, 0, 1, 1, 'C', null)`);
  expect((await read()).ledgers).toEqual([
    { topic: 'events', clusterId: 'A', identity: '["cloudevents"]' },
    { topic: 'events', clusterId: 'A', identity: '["id","/event_id",null]' },
    { topic: 'events', clusterId: 'B', identity: null },
  ]);
});

test('only users that write events count as asynchronous', async () => {
  const [writer, other] = [`writer_${process.pid}`, `other_${process.pid}`];
  await run(`create role ${writer} login in role pipeline_writer; create role ${other} login`);
  for (const role of [writer, other]) await run(`alter role ${role} set synchronous_commit = off`);
  expect((await read()).asynchronousUsers).toEqual([writer]);
  await run(`drop role ${writer}; drop role ${other}`);
});

test('days ahead end at the first day without a partition', async () => {
  await partitionEvents(fresh.database, new Date(), 3, (step) => step());
  expect((await read()).daysAhead).toBe(3);
  await run(`do $$ begin execute format('drop table raw_events_%s',
    to_char((now() at time zone 'UTC') + interval '2 days', 'YYYYMMDD')); end $$`);
  expect((await read()).daysAhead).toBe(1);
});
