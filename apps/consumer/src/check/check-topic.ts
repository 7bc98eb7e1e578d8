import { loadDefinition } from '@pipeline/definition';
import { connectKafka, kafkaErrors, openAdmin, requireTopics } from '@pipeline/kafka';
import {
  createLogger,
  outcomeOf,
  type PlacedOutcome,
  printReport,
  reportOf,
  stopSignal,
} from '@pipeline/program';
import { type Settings, waitFor } from '@pipeline/runtime';
import { createDecoder, type EventDefinition } from '@pipeline/schema';
import type { checkSettings } from './settings.ts';

type CheckSettings = Settings<typeof checkSettings>;

export interface CheckOptions {
  /** Number of records. */
  readonly fromTopic: number;
  readonly json?: boolean;
}

/**
 * Prints what the definition makes of the last records of the topic. Joins no group and writes nothing. Waits for
 * Kafka.
 * @throws UserError with exit code 3 if a record would be rejected
 */
export async function checkTopic(settings: CheckSettings, { fromTopic, json }: CheckOptions): Promise<void> {
  const definition = loadDefinition(settings);
  printReport(reportOf(await readOutcomes(settings, definition, fromTopic)), json ?? false);
}

async function readOutcomes(
  settings: CheckSettings,
  definition: EventDefinition,
  count: number,
): Promise<readonly PlacedOutcome[]> {
  const { KAFKA_TOPIC: topic, KAFKA_BROKERS: brokers } = settings;
  const logger = createLogger('consumer', settings);
  const system = `Kafka at ${brokers.join(',')}`;
  const waiting = {
    system,
    errors: kafkaErrors,
    say: (line: string) => logger.warn(line),
    signal: stopSignal(),
  };
  const reach = <Value>(operation: () => Promise<Value>) => waitFor(operation, waiting);
  await using admin = await reach(() => openAdmin(connectKafka(settings, 'consumer', logger)));
  await reach(() => requireTopics(admin, [topic]));
  const decode = createDecoder(definition);
  const limits = { maxBytes: settings.EVENT_MAX_BYTES, maxDepth: settings.EVENT_MAX_DEPTH };
  return await reach(() =>
    admin.readTail({
      topic,
      count,
      limits: { maxBytes: settings.DECOMPRESSED_MAX_BYTES, maxRecords: settings.DECODED_MAX_RECORDS },
      read: (record, partition) => ({
        place: `${topic}:${partition}:${record.offset}`,
        outcome: outcomeOf(decode(record, { topic, partition }, limits)),
      }),
    }),
  );
}
