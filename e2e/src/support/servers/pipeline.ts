import { randomUUID } from 'node:crypto';
import { connectDatabase, type Database, databaseSettings } from '@pipeline/db';
import {
  connectKafka,
  type Group,
  groupSettings,
  type KafkaRecord,
  kafkaSettings,
  type OutgoingRecord,
  openAdmin,
  openPublisher,
  openSource,
  type PartitionOffsets,
} from '@pipeline/kafka';
import { readSettings, silentLogger } from '@pipeline/runtime';
import { testStack } from '@pipeline/testing';
import type { Environment } from '../programs/programs.ts';
import { createBuiltInRollups } from './test-rollups.ts';

/** The topics, tables and group of one test, and access to them. */
export interface Pipeline extends AsyncDisposable {
  /** Settings for the programs. */
  readonly environment: Environment;
  readonly topic: string;
  readonly dlqTopic: string;
  readonly groupId: string;
  readonly database: Database;
  /** Publishes records and waits until they are acknowledged. */
  publish(records: readonly OutgoingRecord[]): Promise<void>;
  /** All records of a topic. */
  readTopic(topic: string): Promise<readonly PlacedRecord[]>;
  offsets(): Promise<readonly PartitionOffsets[]>;
  describeGroup(): Promise<Group>;
}

/** A record with its partition. */
type PlacedRecord = KafkaRecord & { readonly partition: number };

/** Addresses of the servers. */
export interface Servers {
  readonly brokers: string;
  readonly databaseUrl: string;
}

/** Creates an empty pipeline, with the built-in roll-ups, on the shared servers of the test run. */
export async function createPipeline(): Promise<Pipeline> {
  const stack = testStack();
  const [{ topic, dlqTopic }, databaseUrl] = await Promise.all([
    stack.createTopics(),
    stack.createDatabase(),
  ]);
  await createBuiltInRollups(databaseUrl);
  return await openPipeline({ brokers: stack.brokers, databaseUrl }, topic, dlqTopic);
}

/**
 * Opens a pipeline on existing topics and tables.
 * @param changes additional or different settings
 */
export async function openPipeline(
  { brokers, databaseUrl }: Servers,
  topic: string,
  dlqTopic: string,
  changes: Environment = {},
): Promise<Pipeline> {
  const environment = {
    KAFKA_BROKERS: brokers,
    DATABASE_URL: databaseUrl,
    KAFKA_TOPIC: topic,
    KAFKA_DLQ_TOPIC: dlqTopic,
    KAFKA_GROUP_ID: `group-${topic}`,
    KAFKA_SESSION_TIMEOUT_MS: '6000',
    ...changes,
  };
  const settings = readSettings({ ...kafkaSettings, ...groupSettings, ...databaseSettings }, environment);
  const database = connectDatabase(settings, { applicationName: 'e2e', connections: 2 });
  const kafka = connectKafka(settings, 'e2e');
  const [admin, publisher] = await Promise.all([openAdmin(kafka), openPublisher(kafka)]);
  return {
    environment,
    topic,
    dlqTopic,
    groupId: settings.KAFKA_GROUP_ID,
    database,
    publish: (records) => publisher.publish(topic, records),
    readTopic: (name) => readTopic({ ...settings, KAFKA_TOPIC: [name], KAFKA_GROUP_ID: randomUUID() }),
    offsets: () => admin.fetchOffsets([topic], settings.KAFKA_GROUP_ID),
    describeGroup: () => admin.describeGroup(settings.KAFKA_GROUP_ID),
    async [Symbol.asyncDispose]() {
      await Promise.all([publisher, admin, database].map((one) => one[Symbol.asyncDispose]()));
    },
  };
}

type ReadSettings = Parameters<typeof openSource>[0]['settings'];

async function readTopic(settings: ReadSettings): Promise<readonly PlacedRecord[]> {
  await using admin = await openAdmin(connectKafka(settings, 'e2e'));
  await using source = await openSource({
    settings,
    name: 'e2e',
    admin,
    logger: silentLogger,
    signal: new AbortController().signal,
    once: true,
    openLedger: async (_, nextOffset) => ({ nextOffset, isRestarted: false }),
    onRebalance: () => {},
    onRetry: () => {},
  });
  const records: PlacedRecord[] = [];
  for await (const batch of source.batches()) {
    const { partition } = batch;
    records.push(...batch.records.map((record) => Object.assign(record, { partition })));
    await batch.commitOffsets();
  }
  return records;
}
