import { setTimeout as sleep } from 'node:timers/promises';
import { connectDatabase } from '@pipeline/db';
import { findProcess, parseEndpoint, queryVersion, speaksKafka } from '@pipeline/servers';
import { expect, inject, test } from 'vitest';
import { startPrivateKafka, startPrivatePostgres } from './private-servers.ts';
import { testStack } from './stack.ts';
import { settingsFor } from './template.ts';
import { versionsUnderTest } from './versions.ts';

async function countRows(url: string, table: string): Promise<number | undefined> {
  await using database = connectDatabase(settingsFor(url), { applicationName: 'test', connections: 1 });
  const [row] = await database.run<{ rows: number }>(
    (sql) => sql`select count(*)::int as rows from ${sql(table)}`,
  );
  return row?.rows;
}

async function findCheckpointer(url: string): Promise<number> {
  await using database = connectDatabase(settingsFor(url), { applicationName: 'test', connections: 1 });
  const [row] = await database.run<{ pid: number }>(
    (sql) => sql`select pid from pg_stat_activity where backend_type = 'checkpointer'`,
  );
  return row?.pid ?? 0;
}

test('each test gets its own tables and topics', async () => {
  const stack = testStack();
  const urls = await Promise.all([stack.createDatabase(), stack.createDatabase()]);
  const topics = await Promise.all([stack.createTopics(), stack.createTopics()]);
  expect(stack.brokers).toBe(inject('brokers'));
  expect(new Set(urls).size).toBe(2);
  expect(new Set(topics.flatMap(({ topic, dlqTopic }) => [topic, dlqTopic])).size).toBe(4);
  expect(await Promise.all(urls.map((url) => countRows(url, 'raw_events')))).toEqual([0, 0]);
});

test('tests start the versions that the environment names', { tags: 'long' }, async () => {
  await using kafka = await startPrivateKafka();
  expect(findProcess(kafka.pid)?.words.join(' ')).toContain(`/kafka-${versionsUnderTest.kafka}/`);
  const version = await queryVersion(settingsFor(inject('postgresUrl')));
  expect(version?.split('.')[0]).toBe(versionsUnderTest.postgres);
});

test('a killed private Postgres restarts with its data', { tags: 'long' }, async () => {
  await using postgres = await startPrivatePostgres();
  await using database = connectDatabase(settingsFor(postgres.address), {
    applicationName: 'test',
    connections: 1,
  });
  await database.run((sql) => sql`create table kept as select 1 as one`);
  const { pid } = postgres;
  await postgres.kill();
  await expect(countRows(postgres.address, 'kept')).rejects.toThrow();
  await postgres.start();
  expect(postgres.pid).not.toBe(pid);
  expect(await countRows(postgres.address, 'kept')).toBe(1);
});

test('a killed private Postgres restarts only after its last process has ended', {
  tags: 'long',
}, async () => {
  await using postgres = await startPrivatePostgres();
  const checkpointer = await findCheckpointer(postgres.address);
  process.kill(checkpointer, 'SIGSTOP');
  await postgres.kill();
  const resumed = sleep(1_000).then(() => process.kill(checkpointer, 'SIGCONT'));
  await postgres.start();
  await resumed;
  expect(await findCheckpointer(postgres.address)).not.toBe(checkpointer);
});

test('a killed private Kafka restarts on its port', { tags: 'long' }, async () => {
  await using kafka = await startPrivateKafka();
  await kafka.kill();
  expect(await speaksKafka(parseEndpoint(kafka.address))).toBe(false);
  await kafka.start();
  expect(await speaksKafka(parseEndpoint(kafka.address))).toBe(true);
});
