import { connectDatabase, type Database } from '@pipeline/db';
import { connectKafka, kafkaSettings, openAdmin } from '@pipeline/kafka';
import { readSettings } from '@pipeline/runtime';
import {
  copyTemplate,
  createTemplate,
  freshName,
  type PrivateServer,
  settingsFor,
  startPrivateKafka,
  startPrivatePostgres,
} from '@pipeline/testing';
import { log } from './log.ts';
import type { Environment } from './programs.ts';
import { type FilledTopic, fillTopic } from './topic.ts';
import { logger, topicEnvironment } from './topic-environment.ts';

/** Size of a benchmark run. */
export interface Size {
  /** Number of events in the shared topic. */
  readonly events: number;
  /** Rounds of the throughput and replay measurements; their median is reported. */
  readonly rounds: number;
  /** Measured duration of each latency rate, in seconds, after the warm-up. */
  readonly seconds: number;
}

/** Private Kafka and Postgres servers with default settings, and the topics and databases on them. */
export interface BenchServers extends AsyncDisposable {
  readonly size: Size;
  readonly kafka: PrivateServer;
  readonly postgres: PrivateServer;
  /** Creates a database with empty tables, after a checkpoint. */
  createTables(): Promise<Tables>;
  /** Creates an empty topic with three partitions and its dead-letter topic. Returns the topic. */
  createTopic(): Promise<string>;
  /** A topic with `size.events` events; filled on the first call, then shared. */
  filledTopic(): Promise<FilledTopic>;
}

/** The database of one measurement; dropped on disposal. */
export interface Tables extends AsyncDisposable {
  readonly url: string;
  readonly database: Database;
}

/** Starts the servers; disposal stops them and deletes their data. */
export async function startBenchServers(size: Size): Promise<BenchServers> {
  await using stack = new AsyncDisposableStack();
  log('starting Kafka and Postgres');
  const kafka = stack.use(await startPrivateKafka());
  const postgres = stack.use(await startPrivatePostgres());
  const template = await createTemplate(postgres.address);
  const server = stack.use(connect(postgres.address));
  let filled: Promise<FilledTopic> | undefined;
  const servers: Omit<BenchServers, typeof Symbol.asyncDispose> = {
    size,
    kafka,
    postgres,
    createTables: () => createTables(server, postgres.address, template),
    createTopic: () => createTopic(kafka.address),
    filledTopic() {
      filled ??= servers.createTopic().then((topic) => fillTopic(kafka.address, topic, size.events));
      return filled;
    },
  };
  const opened = stack.move();
  return { ...servers, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

function connect(url: string): Database {
  return connectDatabase(settingsFor(url), { applicationName: 'bench', connections: 1 });
}

async function createTables(server: Database, serverUrl: string, template: string): Promise<Tables> {
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

async function createTopic(brokers: string): Promise<string> {
  const topic = freshName('bench');
  const settings = readSettings(kafkaSettings, topicEnvironment(brokers, topic));
  await using admin = await openAdmin(connectKafka(settings, 'bench', logger));
  await admin.provisionTopics(settings);
  return topic;
}

/** Settings for a consumer with a new group. */
export function consumerEnvironment({ kafka }: BenchServers, topic: string, { url }: Tables): Environment {
  return {
    ...topicEnvironment(kafka.address, topic),
    DATABASE_URL: url,
    KAFKA_GROUP_ID: freshName('group'),
  };
}
