import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { readSettings } from '@pipeline/runtime';
import { expect, inject, test } from 'vitest';
import { connectDatabase, openPool } from '../../client/connect.ts';
import { databaseSettings } from '../../client/settings.ts';
import { batchOf, row } from '../../testing/batches.ts';
import { createFreshDatabase, type FreshDatabase } from '../../testing/fresh-database.ts';
import { createWriter, type Written } from '../writer.ts';
import { endHalfSent } from './half-sent.ts';

const partition = { topic: 'events', partition: 0 };
const persist = <Value>(statement: () => Promise<Value>) => statement();

/** A route to Postgres that holds back the end of the first COPY. */
async function cutRoute({ settings }: FreshDatabase) {
  const { host, port, text } = settings.DATABASE_URL;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(port, host);
    for (const socket of [client, upstream]) sockets.add(socket.on('error', () => {}));
    upstream.pipe(client);
    client.on('data', (bytes) => {
      const isCut = bytes.includes(' from stdin (format binary);');
      upstream.write(isCut ? bytes.subarray(0, -10) : bytes);
      if (isCut) client.removeAllListeners('data');
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port: own } = server.address() as AddressInfo;
  const url = text.replace(`${host}:${port}`, `127.0.0.1:${own}`);
  const database = connectDatabase(readSettings(databaseSettings, { DATABASE_URL: url }), {
    applicationName: 'cut',
    connections: 1,
  });
  return {
    database,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** What the sessions of a program wait for. */
async function waitsOf({ database }: FreshDatabase, name: string) {
  const found = await database.run(
    (sql) => sql<{ wait: string }[]>`
      select wait_event as wait from pg_stat_activity
      where datname = current_database() and application_name = ${name} and state = 'active'`,
  );
  return found.map(({ wait }) => wait);
}

test('a half-sent message is ended when it blocks the next owner of its partition', async () => {
  await using fresh = await createFreshDatabase(inject('postgresUrl'));
  await using route = await cutRoute(fresh);
  const stopped = createWriter(route.database, persist, { copyMinEvents: 1 });
  await stopped.open(partition, 0n);
  const half = stopped.write(batchOf([row(0), row(1)])).catch((error: unknown) => error);
  await expect.poll(() => waitsOf(fresh, 'cut')).toEqual(['ClientRead']);
  expect(await endHalfSent(fresh.database, 0)).toBe(0);

  const owner = createWriter(fresh.database, persist, { copyMinEvents: 1 });
  const opened = owner.open(partition, 0n);
  await expect.poll(() => waitsOf(fresh, 'test')).toContain('transactionid');
  expect(await endHalfSent(fresh.database, 3_600)).toBe(0);
  expect(await endHalfSent(fresh.database, 0)).toBe(1);
  expect(await opened).toMatchObject({ nextOffset: 0n });
  expect(await half).toMatchObject({ code: expect.any(String) });
});

test('a session that is idle in its transaction is left to its timeout', async () => {
  await using fresh = await createFreshDatabase(inject('postgresUrl'));
  const owner = createWriter(fresh.database, persist);
  await owner.open(partition, 0n);
  const holder = openPool(fresh.settings, { applicationName: 'holder', connections: 1 });
  let writing: Promise<Written> | undefined;
  await holder.begin(async (sql) => {
    await sql`select from ingest_progress for update`;
    writing = owner.write(batchOf([row(0)]));
    await expect.poll(() => waitsOf(fresh, 'test')).toContain('transactionid');
    expect(await endHalfSent(fresh.database, 0)).toBe(0);
  });
  await holder.end();
  expect((await writing)?.stored.get('page_view')).toBe(1);
});
