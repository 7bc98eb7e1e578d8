import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findFreePort } from '../local/endpoint.ts';
import { kafkaVersion } from '../local/kafka-jars.ts';
import { brokerSettings, toImageEnvironment } from '../local/kafka-properties.ts';
import type { TestServers } from './servers.ts';

const ANSWER_MS = 10_000;

/** Whether a Docker engine answers, which a client that is merely installed does not show. */
export async function dockerAnswers(): Promise<boolean> {
  const asked = promisify(execFile)('docker', ['info', '--format', '{{.ServerVersion}}'], {
    timeout: ANSWER_MS,
  });
  return await asked.then(
    ({ stdout }) => /^\d/.test(stdout),
    () => false,
  );
}

/** Starts Kafka and Postgres in containers, which testcontainers removes even when this process is killed. */
export async function startContainers(): Promise<TestServers> {
  const [kafka, postgres] = await Promise.all([startKafkaContainer(), startPostgresContainer()]);
  return {
    brokers: kafka.brokers,
    postgresUrl: `postgres://app:app@${postgres.getHost()}:${postgres.getMappedPort(5432)}/app`,
    async [Symbol.asyncDispose]() {
      await Promise.all([kafka.container.stop(), postgres.stop()]);
    },
  };
}

/** The port is chosen before the start, since a broker must know the address that it tells its clients. */
async function startKafkaContainer() {
  const { GenericContainer, Wait } = await import('testcontainers');
  const port = await findFreePort();
  const settings = brokerSettings({
    listen: { host: '0.0.0.0', port: 9092 },
    advertised: { host: '127.0.0.1', port },
    controllerPort: 9093,
    dataFolder: '/tmp/kraft-combined-logs',
  });
  const container = await new GenericContainer(`apache/kafka:${kafkaVersion}`)
    .withExposedPorts({ container: 9092, host: port })
    .withEnvironment(toImageEnvironment(settings))
    .withWaitStrategy(Wait.forListeningPorts())
    .start();
  return { container, brokers: `127.0.0.1:${port}` };
}

async function startPostgresContainer() {
  const { GenericContainer, Wait } = await import('testcontainers');
  return await new GenericContainer('postgres:18')
    .withExposedPorts(5432)
    .withEnvironment({ POSTGRES_USER: 'app', POSTGRES_PASSWORD: 'app', POSTGRES_DB: 'app' })
    .withCommand(['postgres', '-c', 'fsync=off', '-c', 'max_connections=200'])
    // The image starts it once to make the database, and then for good.
    .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2))
    .start();
}
