import { createServer } from 'node:net';
import { startPrivateKafka, startPrivatePostgres } from '@pipeline/testing';
import { expect, test } from 'vitest';
import { runApp, startApp } from './support/programs/programs.ts';
import { waitForLog, waitUntil } from './support/programs/wait.ts';
import { createPipeline } from './support/servers/pipeline.ts';

test('all invalid settings are listed at once, with secrets masked and exit code 2', async () => {
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

test('an unknown flag exits with 2, --help and --version with 0', async () => {
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

test('a missing topic ends in one line with a remedy', async () => {
  await using pipeline = await createPipeline();
  const ended = await runApp('consumer', ['--once'], {
    ...pipeline.environment,
    KAFKA_TOPIC: 'missing-topic',
  });
  expect(ended.code).toBe(1);
  expect(ended.stderr).toMatch(/no topic missing-topic.*infra provision/);
});

test('consuming the dead-letter topic is rejected as an invalid setting', async () => {
  const ended = await runApp('consumer', [], { KAFKA_TOPIC: 'events_dlq', KAFKA_DLQ_TOPIC: 'events_dlq' });
  expect(ended).toMatchObject({ code: 2, stdout: '' });
  expect(ended.stderr).toMatch(/KAFKA_TOPIC and KAFKA_DLQ_TOPIC are both events_dlq/);
});

test('missing tables end in one line with a remedy', async () => {
  await using pipeline = await createPipeline();
  await pipeline.database.run((sql) => sql`drop table ingest_progress`);
  const ended = await runApp('consumer', ['--once'], pipeline.environment);
  expect(ended.code).toBe(1);
  expect(ended.stderr).toMatch(/ingest_progress.*consumer start migrate/);
});

test('a wrong password ends in one line without the password', async () => {
  await using pipeline = await createPipeline();
  const url = new URL(pipeline.environment['DATABASE_URL'] ?? '');
  url.password = 'hunter2';
  const ended = await runApp('consumer', ['--once'], { ...pipeline.environment, DATABASE_URL: url.href });
  expect(ended.code).toBe(1);
  expect(ended.stderr).toMatch(/check the user and the password of DATABASE_URL/);
  expect(ended.stderr).not.toContain('hunter2');
});

test('a configured metrics port that is in use ends in one line', async () => {
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

test('a consumer waits for Postgres, logs it, and proceeds when it is up', async () => {
  await using pipeline = await createPipeline();
  await using postgres = await startPrivatePostgres();
  const environment = { ...pipeline.environment, DATABASE_URL: postgres.address };
  expect(await runApp('consumer', ['migrate'], environment)).toMatchObject({ code: 0 });
  await postgres.kill();
  await using consumer = startApp('consumer', ['--once'], environment);
  await waitForLog(consumer, /waiting for Postgres at 127\.0\.0\.1/);
  await postgres.start();
  expect(await consumer.ended).toMatchObject({ code: 0 });
});

test('migrate waits for Postgres, logs it, and ignores Kafka settings', async () => {
  await using postgres = await startPrivatePostgres();
  await postgres.kill();
  const environment = { DATABASE_URL: postgres.address, KAFKA_SASL_PASSWORD_FILE: '/nowhere' };
  await using migrate = startApp('consumer', ['migrate'], environment);
  await waitForLog(migrate, /waiting for Postgres at 127\.0\.0\.1:\d+/);
  await postgres.start();
  expect(await migrate.ended).toMatchObject({ code: 0, stderr: expect.stringMatching(/applied 0001_\S+/) });
});

test('a consumer waits for Kafka, logs it, and proceeds when it is up', async () => {
  await using pipeline = await createPipeline();
  await using kafka = await startPrivateKafka();
  await kafka.kill();
  const environment = { ...pipeline.environment, KAFKA_BROKERS: kafka.address };
  await using consumer = startApp('consumer', ['--once'], environment);
  await waitForLog(consumer, /waiting for Kafka at 127\.0\.0\.1/);
  await kafka.start();
  expect(await consumer.ended).toMatchObject({ code: 1, stderr: expect.stringMatching(/infra provision/) });
});

test('SIGTERM while waiting for Kafka exits with 0', async () => {
  await using consumer = startApp('consumer', [], {
    KAFKA_BROKERS: '127.0.0.1:1',
    DATABASE_URL: 'postgres://a:b@127.0.0.1:1/c',
  });
  await waitForLog(consumer, /waiting for Kafka/);
  consumer.process.kill('SIGTERM');
  expect(await consumer.ended).toMatchObject({ code: 0 });
});
