import { connectDatabase, type Database } from '@pipeline/db';
import { connectKafka, kafkaSettings, openAdmin } from '@pipeline/kafka';
import { createLogger, readSettings } from '@pipeline/runtime';
import {
  copyTemplate,
  createTemplate,
  freshName,
  type PrivateServer,
  settingsFor,
  startPrivateKafka,
  startPrivatePostgres,
} from 'infra/testing';
import type { Environment } from './programs.ts';
import { say } from './say.ts';
import { type FilledTopic, fillTopic } from './topic.ts';

/** How much is measured. */
export interface Size {
  /** Events of the filled topic. */
  readonly events: number;
  readonly rounds: number;
  /** How long each rate of events is kept up. */
  readonly seconds: number;
}

/** Servers of our own, with the settings that they have by default, and what a measurement needs of its own on them. */
export interface BenchServers extends AsyncDisposable {
  readonly size: Size;
  readonly kafka: PrivateServer;
  readonly postgres: PrivateServer;
  /** A database with empty tables, just after a checkpoint. */
  createTables(): Promise<Tables>;
  /** An empty topic of three partitions, and one for its dead letters. */
  createTopic(): Promise<string>;
  /** A topic with as many events as were asked for, the same one whenever it is asked for. */
  filledTopic(): Promise<FilledTopic>;
}

/** A database of one measurement's own, which is dropped when it is disposed of. */
export interface Tables extends AsyncDisposable {
  readonly url: string;
  readonly database: Database;
}

export const logger = createLogger('bench', { LOG_LEVEL: 'silent', LOG_FORMAT: 'json' });

/** Starts the servers; everything on them goes when it is disposed of. */
export async function startBenchServers(size: Size): Promise<BenchServers> {
  await using stack = new AsyncDisposableStack();
  say('starts Kafka and Postgres');
  const kafka = stack.use(await startPrivateKafka());
  const postgres = stack.use(await startPrivatePostgres());
  const template = await createTemplate(postgres.address);
  const server = stack.use(connect(postgres.address));
  let filled: Promise<FilledTopic> | undefined;
  const lab: Omit<BenchServers, typeof Symbol.asyncDispose> = {
    size,
    kafka,
    postgres,
    createTables: () => createTables(server, postgres.address, template),
    createTopic: () => createTopic(kafka.address),
    filledTopic() {
      filled ??= lab.createTopic().then((topic) => fillTopic(kafka.address, topic, size.events));
      return filled;
    },
  };
  const opened = stack.move();
  return { ...lab, [Symbol.asyncDispose]: () => opened.disposeAsync() };
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

/** The settings that name a topic. */
export function topicEnvironment(brokers: string, topic: string): Environment {
  return { KAFKA_BROKERS: brokers, KAFKA_TOPIC: topic, KAFKA_DLQ_TOPIC: `${topic}_dlq` };
}

/** The settings of a consumer that has never run before. */
export function consumerEnvironment({ kafka }: BenchServers, topic: string, { url }: Tables): Environment {
  return {
    ...topicEnvironment(kafka.address, topic),
    DATABASE_URL: url,
    KAFKA_GROUP_ID: freshName('group'),
  };
}
