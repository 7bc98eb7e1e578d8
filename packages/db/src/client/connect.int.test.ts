import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { readSettings } from '@pipeline/runtime';
import { expect, inject, test } from 'vitest';
import { createFreshDatabase } from '../testing/fresh-database.ts';
import { connectDatabase, openPool } from './connect.ts';
import { codeOf } from './errors.ts';
import { databaseSettings } from './settings.ts';

test('aborting the signal cancels the statement, which Postgres rolls back', async () => {
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

test('aborting the signal after the statement has no effect', async () => {
  await using fresh = await createFreshDatabase(inject('postgresUrl'));
  const controller = new AbortController();
  const rows = await fresh.database.run((sql) => sql`select 1 as one`, controller.signal);
  controller.abort();
  expect(rows).toEqual([{ one: 1 }]);
  expect(await fresh.database.run((sql) => sql`select 2 as two`)).toEqual([{ two: 2 }]);
});

test('a read-only connection rejects changes', async () => {
  await using fresh = await createFreshDatabase(inject('postgresUrl'));
  const options = { applicationName: 'test', connections: 1, readOnly: true };
  await using reader = connectDatabase(fresh.settings, options);
  expect(await reader.run((sql) => sql`select count(*) as n from raw_events`)).toEqual([{ n: 0n }]);
  const change = reader.run((sql) => sql`insert into agg_events_minute values (now(), 'a', 1)`);
  await expect(change).rejects.toMatchObject({ code: '25006' });
});

// H1: a session keeps the default with which it began, like a connection to the former primary.
test('connections that reach a read-only server are replaced until one does not', async () => {
  await using fresh = await createFreshDatabase(inject('postgresUrl'));
  await using admin = connectDatabase(fresh.settings, { applicationName: 'admin', connections: 1 });
  const { database: name } = fresh.settings.DATABASE_URL;
  const alter = (change: string) => admin.run((sql) => sql.unsafe(`alter database ${name} ${change}`));
  await alter('set default_transaction_read_only = on');
  await using writer = connectDatabase(fresh.settings, { applicationName: 'writer', connections: 2 });
  const write = () => writer.run((sql) => sql`insert into agg_events_minute values (now(), 'a', 1)`);
  await expect(write()).rejects.toMatchObject({ code: '25006' });
  await alter('reset default_transaction_read_only');
  await expect.poll(() => write().then(() => 'written', codeOf), { timeout: 10_000 }).toBe('written');
});

test('the next host is tried if one refuses, and a read-only one is passed over', {
  tags: 'long',
}, async () => {
  await using fresh = await createFreshDatabase(inject('postgresUrl'));
  const { host, port, text, database } = fresh.settings.DATABASE_URL;
  const hosts = `127.0.0.1:1,${host}:${port}`;
  const url = `${text.replace(`${host}:${port}`, hosts)}?target_session_attrs=read-write`;
  const settings = readSettings(databaseSettings, {
    DATABASE_URL: url,
    DATABASE_STATEMENT_TIMEOUT_MS: '1000',
  });
  const options = { applicationName: 'failover', connections: 1 };
  await using connected = connectDatabase(settings, options);
  expect(await connected.run((sql) => sql`select 1 as one`)).toEqual([{ one: 1 }]);
  await fresh.database.run((sql) =>
    sql.unsafe(`alter database ${database} set default_transaction_read_only = on`),
  );
  await using writer = connectDatabase(settings, options);
  await expect(writer.run((sql) => sql`select 1 as one`)).rejects.toMatchObject({ name: 'DeadlineError' });
});

test('connections are replaced at most once per second by a read-only server', async () => {
  await using fresh = await createFreshDatabase(inject('postgresUrl'));
  await using admin = connectDatabase(fresh.settings, { applicationName: 'admin', connections: 1 });
  const { database: name } = fresh.settings.DATABASE_URL;
  await admin.run((sql) => sql.unsafe(`alter database ${name} set default_transaction_read_only = on`));
  await using writer = connectDatabase(fresh.settings, { applicationName: 'writer', connections: 1 });
  const pids = new Set<unknown>();
  const startedAt = performance.now();
  for (let attempts = 0; attempts < 100; attempts++) {
    const [session] = await writer.run((sql) => sql`select pg_backend_pid() as pid`);
    pids.add(session?.['pid']);
    await writer.run((sql) => sql`insert into agg_events_minute values (now(), 'a', 1)`).catch(() => {});
  }
  expect(pids.size).toBeGreaterThan(1);
  expect(pids.size).toBeLessThanOrEqual(2 + (performance.now() - startedAt) / 1_000);
});

test('timeouts apply to statements, lock waits and idle transactions', async () => {
  await using fresh = await createFreshDatabase(inject('postgresUrl'));
  const limits = { DATABASE_STATEMENT_TIMEOUT_MS: 1_000, DATABASE_LOCK_TIMEOUT_MS: 100 };
  const options = { applicationName: 'impatient', connections: 1 };
  await using impatient = connectDatabase({ ...fresh.settings, ...limits }, options);
  await expect(impatient.run((sql) => sql`select pg_sleep(60)`)).rejects.toMatchObject({ code: '57014' });
  const holder = openPool(fresh.settings, {
    applicationName: 'holder',
    connections: 1,
    idleInTransactionMs: 500,
  });
  const holding = holder.begin(async (sql) => {
    await sql`lock table raw_events`;
    const waiting = impatient.run((one) => one`select from raw_events`);
    await expect(waiting).rejects.toMatchObject({ code: '55P03' });
    const sessions = () =>
      fresh.database.run(
        (one) =>
          one`select from pg_stat_activity where application_name = 'holder' and datname = current_database()`,
      );
    await expect.poll(sessions).toEqual([]);
    await sql`select 1`;
  });
  await expect(holding).rejects.toThrow();
  await holder.end();
});

test('an IPv6 address can be connected to', async () => {
  const server = createServer((socket) => socket.destroy());
  await once(server.listen(0, '::1'), 'listening');
  const connected = once(server, 'connection');
  const { port } = server.address() as AddressInfo;
  const settings = readSettings(databaseSettings, { DATABASE_URL: `postgres://app@[::1]:${port}/app` });
  await using database = connectDatabase(settings, { applicationName: 'test', connections: 1 });
  await expect(database.run((sql) => sql`select 1`)).rejects.toThrow();
  await connected;
  server.close();
});
