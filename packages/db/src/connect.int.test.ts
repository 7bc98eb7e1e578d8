import { expect, inject, test } from 'vitest';
import { connectDatabase } from './connect.ts';
import { createFreshDatabase } from './testing/fresh-database.ts';

test('a signal ends a statement, which Postgres rolls back', async () => {
  await using fresh = await createFreshDatabase(inject('postgresUrl'));
  const settings = { ...fresh.settings, DATABASE_STATEMENT_TIMEOUT_MS: 600_000 };
  await using patient = connectDatabase(settings, { applicationName: 'test', connections: 1 });
  const controller = new AbortController();
  const reason = new Error('enough');
  const statement = patient.run(
    (sql) => sql`
      with made as (insert into agg_events_minute values (now(), 'a', 1) returning 1)
      select pg_sleep(600) from made`,
    controller.signal,
  );
  const running = async () =>
    await fresh.database.run(
      (sql) => sql`select from pg_stat_activity
                   where datname = current_database() and query like '%pg_sleep%' and pid <> pg_backend_pid() and state = 'active'`,
    );
  await expect.poll(async () => (await running()).length).toBe(1);
  controller.abort(reason);
  await expect(statement).rejects.toBe(reason);
  expect(await running()).toHaveLength(0);
  expect(await fresh.database.run((sql) => sql`select from agg_events_minute`)).toHaveLength(0);
});

test('a signal that comes too late changes nothing', async () => {
  await using fresh = await createFreshDatabase(inject('postgresUrl'));
  const controller = new AbortController();
  const rows = await fresh.database.run((sql) => sql`select 1 as one`, controller.signal);
  controller.abort();
  expect(rows).toEqual([{ one: 1 }]);
  expect(await fresh.database.run((sql) => sql`select 2 as two`)).toEqual([{ two: 2 }]);
});

test('a read-only connection reads, and changes nothing', async () => {
  await using fresh = await createFreshDatabase(inject('postgresUrl'));
  const options = { applicationName: 'test', connections: 1, readOnly: true };
  await using reader = connectDatabase(fresh.settings, options);
  expect(await reader.run((sql) => sql`select count(*) as n from raw_events`)).toEqual([{ n: 0n }]);
  const change = reader.run((sql) => sql`insert into agg_events_minute values (now(), 'a', 1)`);
  await expect(change).rejects.toMatchObject({ code: '25006' });
});
