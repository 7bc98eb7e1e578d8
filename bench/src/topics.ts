import { randomUUID } from 'node:crypto';
import { connectKafka, groupSettings, kafkaSettings, openAdmin, openSource } from '@pipeline/kafka';
import { createLogger } from '@pipeline/program';
import { readSettings } from '@pipeline/runtime';
import { decodeEvent } from '@pipeline/schema';
import { freshName } from '@pipeline/testing';
import { collectCopyTexts } from './copy.ts';
import { type Environment, startApp } from './programs.ts';
import { logProgress } from './report.ts';

const logger = createLogger('bench', { LOG_LEVEL: 'silent', LOG_FORMAT: 'json' });

/** Settings for a topic and its dead-letter topic. */
export function topicEnvironment(brokers: string, topic: string): Environment {
  return { KAFKA_BROKERS: brokers, KAFKA_TOPIC: topic, KAFKA_DLQ_TOPIC: `${topic}_dlq` };
}

/** Connects to the broker of a topic; the client logs nothing. */
export function connectTo(brokers: string) {
  return connectKafka(readSettings(kafkaSettings, { KAFKA_BROKERS: brokers }), 'bench', logger);
}

/** Creates an empty topic and its dead-letter topic. Returns the topic. */
export async function createTopic(brokers: string, partitions = 3): Promise<string> {
  const topic = freshName('bench');
  const admin = connectTo(brokers).admin();
  await admin.connect();
  const topics = [{ topic, numPartitions: partitions }, { topic: `${topic}_dlq` }];
  await admin.createTopics({ topics, waitForLeaders: true });
  await admin.disconnect();
  return topic;
}

/** A topic that the producer has filled with valid, distinct events. */
export interface FilledTopic {
  readonly topic: string;
  readonly events: number;
  /** The topic's events as text for COPY, one per connection. */
  readonly copyTexts: readonly Buffer[];
  /** The values of its first events. */
  readonly sample: readonly Buffer[];
}

/** More than fits in the CPU caches. */
const SAMPLE = 100_000;

/** Fills a topic with the producer at full speed, then reads it back. */
export async function fillTopic(brokers: string, events: number): Promise<FilledTopic> {
  logProgress(`filling a topic with ${events} events`);
  const topic = await createTopic(brokers);
  const args = ['--rate', '0', '--count', String(events), '--seed', '1'];
  await using producer = startApp('producer', args, topicEnvironment(brokers, topic));
  await producer.finish();
  const copied = collectCopyTexts();
  const sample: Buffer[] = [];
  for await (const value of readValues(brokers, topic)) {
    const result = decodeEvent(value);
    if (!result.ok) throw new Error(`the producer sent an invalid event: ${result.message}`);
    copied.add(result);
    if (sample.length < SAMPLE) sample.push(Buffer.from(value));
  }
  return { topic, events, copyTexts: copied.end(), sample };
}

/** Reads a whole topic with the consumer's settings. */
async function* readValues(brokers: string, topic: string): AsyncGenerator<Buffer> {
  const environment = { ...topicEnvironment(brokers, topic), KAFKA_GROUP_ID: randomUUID() };
  const settings = readSettings({ ...kafkaSettings, ...groupSettings }, environment);
  await using admin = await openAdmin(connectTo(brokers));
  await using source = await openSource({
    settings,
    name: 'bench',
    admin,
    logger,
    signal: new AbortController().signal,
    once: true,
    openLedger: async (_, nextOffset) => ({ nextOffset, isRestarted: false }),
    onRebalance: () => {},
    onRetry: () => {},
  });
  for await (const batch of source.batches()) {
    for (const { value } of batch.records) if (value !== null) yield value;
    await batch.commitOffsets();
  }
}
