import { connectDatabase, type Database } from '@pipeline/db';
import { connectKafka, type LogSlice, openAdmin } from '@pipeline/kafka';
import { createLimitedDecoder, createLogger, showProgress, stopSignal } from '@pipeline/program';
import { createRecordPace, type Settings } from '@pipeline/runtime';
import type { EventDefinition } from '@pipeline/schema';
import type { Decode } from '../triage.ts';
import { chooseRanges, type RangeChoice } from './choose-ranges.ts';
import type { ReplayRange } from './plan.ts';
import { createReach, type Reach } from './reach.ts';
import { type RangeParts, RangeReader } from './read-ranges.ts';
import type { replaySettings } from './settings.ts';

export type ReplaySettings = Settings<typeof replaySettings>;

/** Which records are read, and how fast. */
export interface ReadingOptions extends RangeChoice {
  /** Maximum records per second; 0 is unlimited. */
  readonly rate: number;
}

/** How long a stop waits for a transaction, which is rolled back then. */
const STOP_MS = 5_000;

/** Decodes records as the consumer would. */
export function createDecode(settings: ReplaySettings, definition: EventDefinition): Decode {
  const limits = { maxBytes: settings.EVENT_MAX_BYTES, maxDepth: settings.EVENT_MAX_DEPTH };
  return createLimitedDecoder(definition, limits);
}

/** Works on consecutive records of a range. */
type Step = (range: ReplayRange, step: LogSlice) => Promise<void>;

/**
 * Reads records again that consumers have read, without a group, until a stop signal. Waits for Kafka and Postgres.
 * @param createStep creates what works on the records
 * @returns how far it has read
 * @throws UserError for a permanent error
 */
export async function readAgain(
  settings: ReplaySettings,
  options: ReadingOptions,
  { envelope: { identity } }: EventDefinition,
  createStep: (systems: { readonly database: Database; readonly reach: Reach }) => Step,
) {
  const { KAFKA_BROKERS, KAFKA_TOPIC: topics } = settings;
  const signal = stopSignal(STOP_MS);
  const logger = createLogger('consumer', settings);
  await using database = connectDatabase(settings, { applicationName: 'replay', connections: 1 });
  const reach = createReach(KAFKA_BROKERS, database, logger, signal);
  await using admin = await reach.kafka(() => openAdmin(connectKafka(settings, 'consumer', logger)));
  const ranges = await chooseRanges({ topics, admin, database, reach, identity }, options);
  using progress = showProgress('replaying', (line) => logger.info(line));
  const onProgress = (share: number) => progress.report(Math.floor(100 * share));
  const limits = { maxBytes: settings.DECOMPRESSED_MAX_BYTES, maxRecords: settings.DECODED_MAX_RECORDS };
  const onStep = createStep({ database, reach });
  const pace = createRecordPace(options.rate, signal);
  const parts: RangeParts = { admin, reach, limits, pace, signal, onStep, onProgress };
  const reader = new RangeReader(ranges, parts);
  await reader.readAll();
  return { read: reader.read, isInterrupted: signal.aborted };
}
