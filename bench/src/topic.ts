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
import { type CopyRows, collectCopyRows } from './copy-rows.ts';
import { log } from './log.ts';
import { startApp } from './programs.ts';
import { logger, topicEnvironment } from './topic-environment.ts';

/** A topic that the producer has filled with valid, distinct events. */
export interface FilledTopic {
  readonly topic: string;
  readonly events: number;
  /** The topic's events as rows for COPY. */
  readonly rows: CopyRows;
  /** The producer's own result, startup excluded. */
  readonly published: { readonly published: number; readonly seconds: number };
  /** Run time of the producer process. */
  readonly wallSeconds: number;
}

/** Fills a topic with the producer at full speed, then reads it back. */
export async function fillTopic(brokers: string, topic: string, events: number): Promise<FilledTopic> {
  log(`filling a topic with ${events} events`);
  const startedAt = performance.now();
  const args = ['--rate', '0', '--count', String(events), '--seed', '1', '--json'];
  await using producer = startApp('producer', args, topicEnvironment(brokers, topic));
  const output = await producer.ended;
  const wallSeconds = (performance.now() - startedAt) / 1_000;
  if (output === '') throw new UserError('the producer failed', producer.stderr().trimEnd());
  const rows = collectCopyRows();
  await readTopic(brokers, topic, rows.add);
  return { topic, events, rows: rows.end(), published: JSON.parse(output), wallSeconds };
}

/** Reads a whole topic with the consumer's settings, and commits each batch. */
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
    onRebalance: () => {},
    onRetry: () => {},
  });
  for await (const batch of source.batches()) {
    onBatch(batch);
    await batch.commitOffsets();
  }
}
