import { availableParallelism, cpus, totalmem } from 'node:os';
import { connectDatabase, type Database } from '@pipeline/db';
import { kafkaVersion } from '@pipeline/servers';
import {
  copyTemplate,
  createTemplate,
  freshName,
  settingsFor,
  startPrivateKafka,
  startPrivatePostgres,
} from '@pipeline/testing';
import type { Environment } from './programs.ts';
import { logProgress } from './report.ts';
import { type FilledTopic, fillTopic, topicEnvironment } from './topics.ts';

/** Size of a benchmark run. */
export interface Size {
  /** Number of events in the shared topic. */
  readonly events: number;
  /** Rounds of the throughput measurement; their median is reported. */
  readonly rounds: number;
  /** Measured duration of each latency rate, in seconds, after the warm-up. */
  readonly seconds: number;
}

/** Private Kafka and Postgres servers with default settings, and the topics and databases on them. */
export type BenchServers = Awaited<ReturnType<typeof startBenchServers>>;

/** The database of one measurement; dropped on disposal. */
export type Tables = Awaited<ReturnType<typeof createTables>>;

/** Starts the servers; disposal stops them and deletes their data. */
export async function startBenchServers(size: Size) {
  await using stack = new AsyncDisposableStack();
  logProgress('starting Kafka and Postgres');
  const kafka = stack.use(await startPrivateKafka());
  const postgres = stack.use(await startPrivatePostgres());
  const template = await createTemplate(postgres.address);
  const server = stack.use(connect(postgres.address));
  const machine = await describeMachine(server);
  let filled: Promise<FilledTopic> | undefined;
  const opened = stack.move();
  return {
    size,
    kafka,
    postgres,
    /** The hardware and the versions, in one line. */
    machine,
    createTables: () => createTables(server, postgres.address, template),
    /** A topic with `size.events` events; filled on the first call, then shared. */
    filledTopic(): Promise<FilledTopic> {
      filled ??= fillTopic(kafka.address, size.events);
      return filled;
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

function connect(url: string): Database {
  return connectDatabase(settingsFor(url), { applicationName: 'bench', connections: 1 });
}

async function describeMachine(server: Database): Promise<string> {
  const version = await selectNumber(server, "select current_setting('server_version_num')");
  return [
    `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'})`,
    `${Math.round(totalmem() / 2 ** 30)} GB`,
    `Node ${process.versions.node}`,
    `Kafka ${kafkaVersion}`,
    `PostgreSQL ${Math.floor(version / 10_000)}.${version % 10_000}`,
  ].join(', ');
}

/** Creates a database with empty tables, after a checkpoint. */
async function createTables(server: Database, serverUrl: string, template: string) {
  const url = await copyTemplate(serverUrl, template);
  const name = new URL(url).pathname.slice(1);
  await server.run((sql) => sql`checkpoint`);
  const database = connect(url);
  return {
    url,
    database,
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      await server.run((sql) => sql`drop database ${sql(name)} with (force)`);
    },
  };
}

/** Runs a query that returns one number; 0 if it returns null or no row. */
export async function selectNumber(database: Database, query: string): Promise<number> {
  const [row] = await database.run((sql) =>
    sql.unsafe<{ value: number | null }[]>(`select (${query})::float8 as value`),
  );
  return row?.value ?? 0;
}

/** Settings for a consumer with a new group. */
export function consumerEnvironment({ kafka }: BenchServers, topic: string, { url }: Tables): Environment {
  return {
    ...topicEnvironment(kafka.address, topic),
    DATABASE_URL: url,
    KAFKA_GROUP_ID: freshName('group'),
  };
}
