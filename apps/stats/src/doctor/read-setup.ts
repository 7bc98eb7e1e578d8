import { readSetup as readDatabase } from '@pipeline/db/read';
import { loadDefinition } from '@pipeline/definition';
import { errorLine } from '@pipeline/program';
import { retryForever, type Settings, UserError, withDeadline } from '@pipeline/runtime';
import { deriveRollups } from '@pipeline/schema';
import { isNotReady } from '../collect/offsets.ts';
import type { StatsContext } from '../collect/stats-context.ts';
import type { doctorSettings } from '../settings.ts';
import { explain } from '../user-errors.ts';
import { readKafka } from './read-kafka.ts';
import type { CheckedSettings, Setup } from './setup.ts';

export type DoctorSettings = Settings<typeof doctorSettings>;

const KAFKA_TIMEOUT_MS = 15_000;

/**
 * Reads the set-up. If Kafka or Postgres does not respond, that is a part of the result.
 * @throws SettingsError if the definition of the events is invalid
 */
export async function readSetup(settings: DoctorSettings, context: StatsContext): Promise<Setup> {
  const definition = await loadDefinition(settings);
  const signal = AbortSignal.timeout(KAFKA_TIMEOUT_MS);
  const attempt = () => readKafka(settings, settings.KAFKA_GROUP_ID, context.logger);
  const fromKafka = retryForever(attempt, { isTransient: isNotReady, signal });
  const [kafka, postgres] = await Promise.all([
    settle(withDeadline(fromKafka, KAFKA_TIMEOUT_MS, 'Kafka'), 'start it, or check KAFKA_BROKERS'),
    settle(readDatabase(context.database, settings, settings.KAFKA_TOPIC), 'start it, or check DATABASE_URL'),
  ]);
  const { identity } = definition.envelope;
  return { settings: toChecked(settings), identity, rollups: deriveRollups(definition), kafka, postgres };
}

async function settle<Value>(reading: Promise<Value>, remedy: string): Promise<Value | UserError> {
  try {
    return await reading;
  } catch (error) {
    const explained = explain(error);
    return explained instanceof UserError ? explained : new UserError(errorLine(error), remedy);
  }
}

function toChecked(settings: DoctorSettings): CheckedSettings {
  return {
    topics: settings.KAFKA_TOPIC,
    dlqTopic: settings.KAFKA_DLQ_TOPIC,
    groupId: settings.KAFKA_GROUP_ID,
    schema: settings.DATABASE_SCHEMA,
    poolMode: settings.DATABASE_POOL_MODE,
    statementTimeoutMs: settings.DATABASE_STATEMENT_TIMEOUT_MS,
    consumerConnections: settings.WRITERS + 1,
    decompressedMaxBytes: settings.DECOMPRESSED_MAX_BYTES,
  };
}
