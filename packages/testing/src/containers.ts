import {
  brokerSettings,
  findFreePort,
  formatEndpoint,
  speaksKafka,
  toImageEnvironment,
  until,
} from '@pipeline/servers';
import type { TestServers } from './test-servers.ts';
import { versionsUnderTest } from './versions.ts';

/** Starts Kafka and Postgres in containers, which testcontainers removes even if this process is killed. */
export async function startContainers(): Promise<TestServers> {
  const [kafka, postgres] = await Promise.all([startKafka(), startPostgres()]);
  return {
    brokers: kafka.address,
    postgresUrl: postgres.address,
    async [Symbol.asyncDispose]() {
      await Promise.all([kafka.container.stop(), postgres.container.stop()]);
    },
  };
}

/** The port is chosen before the start, because the broker needs to know its advertised address. */
async function startKafka() {
  const port = await findFreePort();
  const settings = brokerSettings({
    listen: { host: '0.0.0.0', port: 9092 },
    advertised: { host: '127.0.0.1', port },
    quorum: { nodeId: 1, controllerPorts: [9093] },
    // Transactions need it: inside the container the broker cannot reach its advertised address.
    internalPort: 19092,
    dataFolder: '/tmp/kraft-combined-logs',
  });
  const { GenericContainer } = await import('testcontainers');
  const container = await new GenericContainer(`apache/kafka:${versionsUnderTest.kafka}`)
    .withExposedPorts({ container: 9092, host: port })
    .withEnvironment(toImageEnvironment(settings))
    .start();
  const endpoint = { host: '127.0.0.1', port };
  await until(() => speaksKafka(endpoint));
  return { container, address: formatEndpoint(endpoint) };
}

async function startPostgres() {
  const { PostgreSqlContainer } = await import('@testcontainers/postgresql');
  const container = await new PostgreSqlContainer(`postgres:${versionsUnderTest.postgres}`)
    .withDatabase('app')
    .withUsername('app')
    .withPassword('app')
    .withCommand(['postgres', '-c', 'fsync=off', '-c', 'max_connections=200'])
    .start();
  return { container, address: container.getConnectionUri() };
}
