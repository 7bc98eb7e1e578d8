/// <reference path="./provided.d.ts" />
import { connectKafka, type KafkaSettings, kafkaSettings, openAdmin } from '@pipeline/kafka';
import { readSettings } from '@pipeline/runtime';
import { inject } from 'vitest';
import { copyTemplate, freshName } from './template.ts';

/** A pair of topics for one test. */
export interface TestTopics {
  /** Three partitions. */
  readonly topic: string;
  /** One partition. */
  readonly dlqTopic: string;
}

/**
 * The servers of this test run, with a database and topics per test; all of it is removed with the servers.
 */
export interface TestStack {
  readonly brokers: string;
  /** Creates a database with empty tables; returns its URL. */
  createDatabase(): Promise<string>;
  /** Creates topics with unique names. */
  createTopics(): Promise<TestTopics>;
}

/** For tests of the `servers` project only. */
export function testStack(): TestStack {
  const brokers = inject('brokers');
  return {
    brokers,
    createDatabase: () => copyTemplate(inject('postgresUrl'), inject('postgresTemplate')),
    createTopics: () => createTopics(brokers),
  };
}

async function createTopics(brokers: string): Promise<TestTopics> {
  const topic = freshName('events');
  const dlqTopic = `${topic}_dlq`;
  const settings = kafkaSettingsFor(brokers, { topic, dlqTopic });
  await using admin = await openAdmin(connectKafka(settings, 'testing'));
  await admin.provisionTopics(settings);
  return { topic, dlqTopic };
}

function kafkaSettingsFor(brokers: string, { topic, dlqTopic }: TestTopics): KafkaSettings {
  const environment = { KAFKA_BROKERS: brokers, KAFKA_TOPIC: topic, KAFKA_DLQ_TOPIC: dlqTopic };
  return readSettings(kafkaSettings, environment);
}
