import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDatabaseUrl } from '@pipeline/db';
import {
  type BrokerSettings,
  type Endpoint,
  findFreePort,
  formatEndpoint,
  type GuardedProcess,
  newClusterId,
  startKafkaServer,
  startPostgresServer,
} from '@pipeline/servers';
import { versionsUnderTest } from './versions.ts';

/** A server for one test, which may kill and restart it; disposing removes its data. */
export interface PrivateServer extends AsyncDisposable {
  /** `HOST:PORT` of Kafka or the URL of Postgres; the same after a restart. */
  readonly address: string;
  /** Contains its data, in `data`, and its log. */
  readonly folder: string;
  /** Its process id; a different one after each start. */
  readonly pid: number;
  /** Sends a signal, SIGKILL by default, and waits for the end unless it is SIGSTOP or SIGCONT. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Restarts it on the same data and port; resolves once it responds. */
  start(): Promise<void>;
}

export interface PrivateKafkaOptions {
  /** The address it listens on; defaults to a free port of the loopback. */
  readonly endpoint?: Endpoint;
  /** The address that clients get, such as that of a proxy; defaults to `endpoint`. */
  readonly advertised?: Endpoint;
  /** Broker settings that add to or replace the usual ones. */
  readonly settings?: BrokerSettings;
  /** Java system properties of the broker. */
  readonly systemProperties?: Readonly<Record<string, string>>;
}

const { kafka: version, postgres: postgresVersion } = versionsUnderTest;

/** Starts a Kafka without topics. */
export async function startPrivateKafka(options: PrivateKafkaOptions = {}): Promise<PrivateServer> {
  const endpoint = options.endpoint ?? { host: '127.0.0.1', port: await findFreePort() };
  const start = (folder: string) => startKafkaServer({ ...options, version, endpoint, folder });
  return await startPrivate(formatEndpoint(endpoint), start);
}

/** The brokers of one cluster, each of which may be killed and restarted. */
export interface PrivateCluster extends AsyncDisposable {
  /** All addresses, in the form of `KAFKA_BROKERS`. */
  readonly address: string;
  readonly brokers: readonly PrivateServer[];
}

/** Starts a Kafka cluster without topics; every partition will be on every broker. */
export async function startPrivateCluster(size: number): Promise<PrivateCluster> {
  const id = newClusterId();
  const controllerPorts = await Promise.all(Array.from({ length: size }, () => findFreePort()));
  const ports = await Promise.all(controllerPorts.map(() => findFreePort()));
  const brokers = await Promise.all(
    ports.map((port, index) => {
      const endpoint = { host: '127.0.0.1', port };
      const cluster = { id, quorum: { nodeId: index + 1, controllerPorts } };
      return startPrivate(formatEndpoint(endpoint), (folder) =>
        startKafkaServer({ version, endpoint, cluster, folder }),
      );
    }),
  );
  return {
    address: brokers.map(({ address }) => address).join(','),
    brokers,
    async [Symbol.asyncDispose]() {
      await Promise.all(brokers.map((broker) => broker[Symbol.asyncDispose]()));
    },
  };
}

/**
 * Starts a Postgres with an empty database on a free port.
 * @param parameters server settings, such as `max_connections=20`
 */
export async function startPrivatePostgres(parameters: readonly string[] = []): Promise<PrivateServer> {
  const address = `postgres://app:app@127.0.0.1:${await findFreePort()}/app`;
  const url = parseDatabaseUrl(address);
  if (url === undefined) throw new Error(`not a database URL: ${address}`);
  return await startPrivate(address, (folder) =>
    startPostgresServer({ version: postgresVersion, url, folder, parameters }),
  );
}

async function startPrivate(
  address: string,
  start: (folder: string) => Promise<GuardedProcess>,
): Promise<PrivateServer> {
  const folder = await mkdtemp(join(tmpdir(), 'pipeline-test-'));
  let server = await start(folder);
  return {
    address,
    folder,
    get pid() {
      return server.pid;
    },
    kill: (signal = 'SIGKILL') => killServer(server, signal),
    async start() {
      server = await start(folder);
    },
    async [Symbol.asyncDispose]() {
      await killServer(server, 'SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function killServer({ pid, ended }: GuardedProcess, signal: NodeJS.Signals): Promise<void> {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
  if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') await ended;
}
