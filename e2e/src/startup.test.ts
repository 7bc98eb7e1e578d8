import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { connectDatabase, migrate } from '@pipeline/db';
import { settingsFor } from '@pipeline/testing';
import { expect, test } from 'vitest';
import { rootFolder } from './support/programs/binaries.ts';
import { runApp, startApp } from './support/programs/programs.ts';
import { waitForLog, waitUntil } from './support/programs/wait.ts';
import { operate } from './support/servers/kafka-client.ts';
import { createPipeline, type Pipeline } from './support/servers/pipeline.ts';
import { startProxy, type TcpProxy } from './support/servers/proxy.ts';

test.concurrent('all invalid settings are listed at once, with secrets masked and exit code 2', async () => {
  const ended = await runApp('consumer', ['--once'], {
    KAFKA_BROKERS: 'nonsense',
    DATABASE_URL: 'mysql://app:hunter2@localhost/app',
    BATCH_MAX_EVENTS: '0',
    KAFKA_SASL_PASSWORD_FILE: '/nowhere',
  });
  expect(ended).toMatchObject({ code: 2, stdout: '' });
  for (const name of ['KAFKA_BROKERS', 'DATABASE_URL', 'BATCH_MAX_EVENTS', 'KAFKA_SASL_PASSWORD_FILE']) {
    expect(ended.stderr).toContain(name);
  }
  expect(ended.stderr).not.toContain('hunter2');
  expect(ended.stderr).not.toContain('    at ');
});

test.concurrent('an unknown flag exits with 2, --help and --version with 0', async () => {
  expect(await runApp('consumer', ['--nonsense'], {})).toMatchObject({ code: 2, stdout: '' });
  expect(await runApp('consumer', ['--help'], {})).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Examples'),
  });
  expect(await runApp('consumer', ['--version'], {})).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\d/),
  });
});

test.concurrent('a missing topic ends in one line with a remedy', async () => {
  await using pipeline = await createPipeline();
  const ended = await runApp('consumer', ['--once'], {
    ...pipeline.environment,
    KAFKA_TOPIC: 'missing-topic',
  });
  expect(ended.code).toBe(1);
  expect(ended.stderr).toMatch(/no topic missing-topic.*infra provision/);
});

test.concurrent('create-topics creates what is missing, with the given layout, and repeats safely', async () => {
  await using pipeline = await createPipeline();
  const topics = ['orders', 'refunds', 'dlq'].map((name) => `${pipeline.topic}-${name}`);
  const [orders = '', refunds = '', dlq = ''] = topics;
  const create = (listed: string, partitions: string) =>
    runApp('consumer', ['create-topics', '--partitions', partitions, '--replication-factor', '1'], {
      ...pipeline.environment,
      KAFKA_TOPIC: listed,
      KAFKA_DLQ_TOPIC: dlq,
    });
  expect(await create(orders, '2')).toMatchObject({ code: 0, stderr: expect.stringContaining(orders) });
  expect(await create(`${orders},${refunds}`, '5')).toMatchObject({ code: 0 });
  const again = await create(`${orders},${refunds}`, '7');
  expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('all topics exist') });
  const { topics: found } = await operate(pipeline, (operator) => operator.fetchTopicMetadata({ topics }));
  const sizes = Object.fromEntries(found.map(({ name, partitions }) => [name, partitions.length]));
  expect(sizes).toEqual({ [orders]: 2, [refunds]: 5, [dlq]: 1 });
});

test.concurrent('consuming the dead-letter topic is rejected as an invalid setting', async () => {
  const ended = await runApp('consumer', [], { KAFKA_TOPIC: 'events_dlq', KAFKA_DLQ_TOPIC: 'events_dlq' });
  expect(ended).toMatchObject({ code: 2, stdout: '' });
  expect(ended.stderr).toMatch(/KAFKA_DLQ_TOPIC events_dlq is also a topic of KAFKA_TOPIC/);
});

test.concurrent('a skip of a topic that is not read is a usage error', async () => {
  const ended = await runApp('consumer', ['--skip', 'others:0:7'], { KAFKA_TOPIC: 'events,orders' });
  expect(ended).toMatchObject({ code: 2, stdout: '' });
  expect(ended.stderr).toMatch(/--skip names the topic others, which KAFKA_TOPIC does not list/);
});

test.concurrent('missing tables end in one line with a remedy', async () => {
  await using pipeline = await createPipeline();
  await pipeline.database.run((sql) => sql`drop table ingest_progress`);
  const ended = await runApp('consumer', ['--once'], pipeline.environment);
  expect(ended.code).toBe(1);
  expect(ended.stderr).toMatch(/ingest_progress.*consumer start migrate/);
});

test.concurrent('a wrong password ends in one line without the password', async () => {
  await using pipeline = await createPipeline();
  const url = new URL(pipeline.environment['DATABASE_URL'] ?? '');
  url.password = 'hunter2';
  const ended = await runApp('consumer', ['--once'], { ...pipeline.environment, DATABASE_URL: url.href });
  expect(ended.code).toBe(1);
  expect(ended.stderr).toMatch(/check the user and the password of DATABASE_URL/);
  expect(ended.stderr).not.toContain('hunter2');
});

test.concurrent('a configured metrics port that is in use ends in one line', async () => {
  await using pipeline = await createPipeline();
  const taken = createServer().listen(0, '127.0.0.1');
  await waitUntil(() => taken.listening);
  const { port } = taken.address() as { readonly port: number };
  const ended = await runApp('consumer', ['--once'], { ...pipeline.environment, METRICS_PORT: String(port) });
  taken.close();
  expect(ended).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/is in use; choose another with METRICS_PORT/),
  });
});

/** A proxy that refuses connections until it is healed, as a server that is not up yet. */
async function startRefusing(port: string | undefined): Promise<TcpProxy> {
  const proxy = await startProxy(Number(port));
  await proxy.refuse();
  return proxy;
}

/** The settings of a pipeline, with its Postgres behind a proxy that refuses connections. */
async function behindRefusing({ environment }: Pipeline) {
  const url = new URL(environment['DATABASE_URL'] ?? '');
  const proxy = await startRefusing(url.port);
  url.port = String(proxy.port);
  return { proxy, environment: { ...environment, DATABASE_URL: url.href } };
}

test.concurrent('a consumer waits for Postgres, logs it, and proceeds when it is up', async () => {
  await using pipeline = await createPipeline();
  const { proxy, environment } = await behindRefusing(pipeline);
  await using postgres = proxy;
  await using consumer = startApp('consumer', ['--once'], environment);
  await waitForLog(consumer, /waiting for Postgres at 127\.0\.0\.1/);
  await postgres.heal();
  expect(await consumer.ended).toMatchObject({ code: 0 });
});

test.concurrent('migrate waits for Postgres, logs it, and ignores Kafka settings', async () => {
  await using pipeline = await createPipeline();
  await pipeline.database.run((sql) =>
    sql.unsafe('drop schema public cascade; create schema public').simple(),
  );
  const { proxy, environment } = await behindRefusing(pipeline);
  await using postgres = proxy;
  const settings = { DATABASE_URL: environment.DATABASE_URL, KAFKA_SASL_PASSWORD_FILE: '/nowhere' };
  await using migrate = startApp('consumer', ['migrate'], settings);
  await waitForLog(migrate, /waiting for Postgres at 127\.0\.0\.1:\d+/);
  await postgres.heal();
  expect(await migrate.ended).toMatchObject({ code: 0, stderr: expect.stringMatching(/applied 0001_\S+/) });
});

/** Recreates the tables as they were before the first migration that changes those that exist already. */
async function migrateInPart({ database, environment }: Pipeline): Promise<void> {
  await database.run((sql) => sql.unsafe('drop schema public cascade; create schema public').simple());
  const folder = join(rootFolder, 'sql');
  const files = readdirSync(folder).filter((name) => name < '0022');
  const migrations = files.sort().map((name) => ({ name, sql: readFileSync(join(folder, name), 'utf8') }));
  await migrate(settingsFor(environment['DATABASE_URL'] ?? ''), migrations);
}

/** The columns of the tables, and the migrations that are recorded. */
async function readTables({ database }: Pipeline): Promise<unknown> {
  return await database.run(
    (sql) => sql`
      select (select json_agg(columns order by table_name, ordinal_position)
              from (select table_name, column_name, ordinal_position, is_nullable
                    from information_schema.columns where table_schema = 'public') as columns) as columns,
             (select json_agg(name order by name) from schema_migrations) as migrations`,
  );
}

async function isMigrating({ database }: Pipeline): Promise<boolean> {
  const sessions = await database.run(
    (sql) => sql`select from pg_stat_activity
                 where datname = current_database() and application_name = 'migrate'`,
  );
  return sessions.length > 0;
}

/** Less than the time after which a migration is ended although it has not reacted. */
const REACTION_MS = 5_000;

// L9
test.concurrent.each([
  // The key is the one in `packages/db/src/migrate.ts`.
  ['another migration', 'select pg_advisory_xact_lock(7305117)'],
  ['a dump', 'lock table raw_events in access share mode'],
])('SIGTERM ends a migrate that waits for %s with 0, and leaves nothing behind', async (_, lock) => {
  await using pipeline = await createPipeline();
  await migrateInPart(pipeline);
  const before = await readTables(pipeline);
  const settings = { DATABASE_URL: pipeline.environment['DATABASE_URL'] ?? '' };
  await using holder = connectDatabase(settingsFor(settings.DATABASE_URL), {
    applicationName: 'holder',
    connections: 1,
  });
  await holder.run((sql) => sql.unsafe(`begin; ${lock}`).simple());
  await using waiting = startApp('consumer', ['migrate'], settings);
  await waitForLog(waiting, /waiting for a lock/);
  const stoppedAt = performance.now();
  waiting.process.kill('SIGTERM');
  const { code, stderr } = await waiting.ended;
  expect(performance.now() - stoppedAt).toBeLessThan(REACTION_MS);
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringMatching(/applied/) });
  await waitUntil(async () => !(await isMigrating(pipeline)));
  expect(await readTables(pipeline)).toEqual(before);
  await holder.run((sql) => sql`commit`);
  const repeated = await runApp('consumer', ['migrate'], settings);
  expect(repeated).toMatchObject({ code: 0, stderr: expect.stringMatching(/applied 0022_\S+/) });
});

test.concurrent('a consumer waits for Kafka, logs it, and proceeds when it is up', async () => {
  await using pipeline = await createPipeline();
  await using kafka = await startRefusing(pipeline.environment['KAFKA_BROKERS']?.split(':')[1]);
  const environment = { ...pipeline.environment, KAFKA_BROKERS: `127.0.0.1:${kafka.port}` };
  await using consumer = startApp('consumer', ['--once'], environment);
  await waitForLog(consumer, /waiting for Kafka at 127\.0\.0\.1/);
  await kafka.heal();
  expect(await consumer.ended).toMatchObject({ code: 0 });
});

test.concurrent('SIGTERM while waiting for Kafka exits with 0', async () => {
  await using consumer = startApp('consumer', [], {
    KAFKA_BROKERS: '127.0.0.1:1',
    DATABASE_URL: 'postgres://a:b@127.0.0.1:1/c',
  });
  await waitForLog(consumer, /waiting for Kafka/);
  consumer.process.kill('SIGTERM');
  expect(await consumer.ended).toMatchObject({ code: 0 });
});
