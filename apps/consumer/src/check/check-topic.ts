import { loadDefinition } from '@pipeline/definition';
import {
  connectKafka,
  type KafkaRecord,
  openAdmin,
  requireTopics,
  type TopicPartition,
} from '@pipeline/kafka';
import { createLogger, outcomeOf, type PlacedOutcome, printReport, reportOf } from '@pipeline/program';
import type { Settings } from '@pipeline/runtime';
import { createDecoder } from '@pipeline/schema';
import { createReach } from '../connect/create-reach.ts';
import type { checkSettings } from './settings.ts';

type CheckSettings = Settings<typeof checkSettings>;

export interface CheckOptions {
  /** Number of records. */
  readonly fromTopic: number;
  readonly json?: boolean;
}

/**
 * Prints what the definition makes of the last records of the topics. Joins no group and writes nothing. Waits for
 * Kafka.
 * @throws UserError with exit code 3 if a record would be rejected
 */
export async function checkTopic(settings: CheckSettings, { fromTopic, json }: CheckOptions): Promise<void> {
  const { KAFKA_TOPIC: topics, DECOMPRESSED_MAX_BYTES: maxBytes, DECODED_MAX_RECORDS: maxRecords } = settings;
  const read = await createOutcomeReader(settings);
  const logger = createLogger('consumer', settings);
  const reach = createReach(settings, logger);
  await using admin = await reach(() => openAdmin(connectKafka(settings, 'consumer', logger)));
  await reach(() => requireTopics(admin, topics));
  const tail = { topics, count: fromTopic, limits: { maxBytes, maxRecords }, read };
  printReport(reportOf(await reach(() => admin.readTail(tail))), json ?? false);
}

/** Decodes a record as the consumer would. */
async function createOutcomeReader(settings: CheckSettings) {
  const { EVENT_MAX_BYTES: maxBytes, EVENT_MAX_DEPTH: maxDepth } = settings;
  const decode = createDecoder(await loadDefinition(settings));
  return (record: KafkaRecord, { topic, partition }: TopicPartition): PlacedOutcome => ({
    place: `${topic}:${partition}:${record.offset}`,
    outcome: outcomeOf(decode(record, { topic, partition }, { maxBytes, maxDepth })),
  });
}
