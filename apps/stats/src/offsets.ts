import { type ClusterAdmin, connectKafka, openAdmin, type PartitionOffsets } from '@pipeline/kafka';
import { createLogger, type Settings, withDeadline } from '@pipeline/runtime';
import type { statsSettings } from './settings.ts';

const ANSWER_MS = 4_000;

/** Asks Kafka for offsets over one connection, and makes another after a failure. */
export interface OffsetReader extends AsyncDisposable {
  /** @throws DeadlineError, or kafkajs's error, when Kafka does not answer within a few seconds */
  fetch(): Promise<readonly PartitionOffsets[]>;
}

/** Connects at the first question. */
export function createOffsetReader(settings: Settings<typeof statsSettings>): OffsetReader {
  const logger = createLogger('stats', settings);
  let opening: Promise<ClusterAdmin> | undefined;
  const forget = async () => {
    const admin = await opening?.catch(() => undefined);
    opening = undefined;
    await admin?.[Symbol.asyncDispose]();
  };
  const ask = async () => {
    opening ??= openAdmin(connectKafka(settings, 'stats', logger));
    const admin = await opening;
    return await admin.fetchOffsets(settings.KAFKA_TOPIC, settings.KAFKA_GROUP_ID);
  };
  return {
    async fetch() {
      try {
        return await withDeadline(ask(), ANSWER_MS, 'Kafka');
      } catch (error) {
        void forget();
        throw error;
      }
    },
    [Symbol.asyncDispose]: forget,
  };
}
