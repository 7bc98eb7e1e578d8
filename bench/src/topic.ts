import { randomUUID } from 'node:crypto';
import {
  connectKafka,
  groupSettings,
  kafkaSettings,
  openAdmin,
  openSource,
  type RecordBatch,
} from '@pipeline/kafka';
import { readSettings, UserError } from '@pipeline/runtime';
import { logger, topicEnvironment } from './bench-servers.ts';
import { type CopyRows, gatherCopyRows } from './copy-rows.ts';
import { startApp } from './programs.ts';
import { say } from './say.ts';

/** A topic that the producer has filled with simulated events, none of them bad or repeated. */
export interface FilledTopic {
  readonly topic: string;
  readonly events: number;
  /** The same events as rows for COPY. */
  readonly rows: CopyRows;
  /** What the producer says of its work, without its start. */
  readonly published: { readonly published: number; readonly seconds: number };
  /** From the producer's start to its end. */
  readonly wallSeconds: number;
}

/** Runs the producer as fast as it can, and reads what it has made. */
export async function fillTopic(brokers: string, topic: string, events: number): Promise<FilledTopic> {
  say(`fills a topic with ${events} events`);
  const startedAt = performance.now();
  const args = ['--rate', '0', '--count', String(events), '--seed', '1', '--json'];
  await using producer = startApp('producer', args, topicEnvironment(brokers, topic));
  const output = await producer.ended;
  const wallSeconds = (performance.now() - startedAt) / 1_000;
  if (output === '') throw new UserError('the producer failed', producer.said().trimEnd());
  const rows = gatherCopyRows();
  await readTopic(brokers, topic, rows.add);
  return { topic, events, rows: rows.end(), published: JSON.parse(output), wallSeconds };
}

/** Reads all of a topic as the consumer does, with the consumer's settings, and commits each batch. */
export async function readTopic(
  brokers: string,
  topic: string,
  onBatch: (batch: RecordBatch) => void,
): Promise<void> {
  const environment = { ...topicEnvironment(brokers, topic), KAFKA_GROUP_ID: randomUUID() };
  const settings = readSettings({ ...kafkaSettings, ...groupSettings }, environment);
  await using admin = await openAdmin(connectKafka(settings, 'bench', logger));
  await using source = await openSource({
    kafkaSettings: settings,
    groupSettings: settings,
    name: 'bench',
    admin,
    logger,
    signal: new AbortController().signal,
    once: true,
    openLedger: async (_, nextOffset) => ({ nextOffset, isRestarted: false }),
    onShared: () => {},
    onRetry: () => {},
  });
  for await (const batch of source.batches()) {
    onBatch(batch);
    await batch.commitOffsets();
  }
}
