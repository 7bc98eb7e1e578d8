import { randomUUID } from 'node:crypto';
import { readSettings } from '@pipeline/runtime';
import { createTopics } from '../admin/create-topics.ts';
import { connectKafka } from '../client/connect.ts';
import type { Publisher } from '../produce/publisher.ts';
import { groupSettings, kafkaSettings } from '../settings.ts';

/** Creates topics that only one test uses, and settings with these topics and a unique group. */
export async function createFreshTopic(brokers: string, partitions = 3) {
  const id = randomUUID().slice(0, 8);
  const names = { KAFKA_TOPIC: `events-${id}`, KAFKA_DLQ_TOPIC: `dlq-${id}`, KAFKA_GROUP_ID: `group-${id}` };
  const settings = readSettings(
    { ...kafkaSettings, ...groupSettings },
    { KAFKA_BROKERS: brokers, KAFKA_SESSION_TIMEOUT_MS: '6000', ...names },
  );
  const kafka = connectKafka(settings, 'test');
  const admin = kafka.admin();
  await admin.connect();
  const topics = [
    { topic: names.KAFKA_TOPIC, numPartitions: partitions },
    { topic: names.KAFKA_DLQ_TOPIC, numPartitions: 1 },
  ];
  await createTopics(admin, topics);
  await admin.disconnect();
  return { settings, kafka };
}

/** Publishes numbered records, round-robin over the partitions. */
export async function publishNumbers(
  publisher: Publisher,
  topic: string,
  count: number,
  partitions = 3,
): Promise<void> {
  const records = Array.from({ length: count }, (_, index) => ({
    key: null,
    value: Buffer.from(String(index)),
    partition: index % partitions,
  }));
  await publisher.publish(topic, records);
}
