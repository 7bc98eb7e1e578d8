import { connectDatabase, type Database } from '@pipeline/db';
import { loadDefinition } from '@pipeline/definition';
import { connectKafka, type LogSlice, openAdmin } from '@pipeline/kafka';
import {
  createLogger,
  DefinitionComparison,
  exitAfter,
  printComparison,
  stopSignal,
} from '@pipeline/program';
import { createRecordPace, type Settings } from '@pipeline/runtime';
import { createDecoder, type EventDefinition } from '@pipeline/schema';
import { limitUnknownTypes } from '../limit-types.ts';
import { explainDatabase } from '../retry-policy.ts';
import { type Decode, triage } from '../triage.ts';
import { chooseRanges, type RangeChoice } from './choose-ranges.ts';
import { createDryStore, createStore, judge } from './judge.ts';
import type { ReplayRange } from './plan.ts';
import { printReport } from './print-report.ts';
import { showProgress } from './progress.ts';
import { createReach, type Reach } from './reach.ts';
import { type RangeParts, RangeReader } from './read-ranges.ts';
import { ReplayTally } from './report.ts';
import type { replaySettings } from './settings.ts';

type ReplaySettings = Settings<typeof replaySettings>;

export interface ReplayOptions extends RangeChoice {
  /** Maximum records per second; 0 is unlimited. */
  readonly rate: number;
  readonly purged?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** How long a stop waits for a transaction, which is rolled back then. */
const STOP_MS = 5_000;

/**
 * Reads records again that consumers have read, and stores the events that are missing. Joins no group. Waits for
 * Kafka and Postgres. A stop signal ends it between two transactions; then the report has the next offsets.
 * @throws UserError for a permanent error
 */
export async function replay(settings: ReplaySettings, options: ReplayOptions): Promise<void> {
  const { dryRun = false, purged: withPurged = false, json = false } = options;
  const definition = await loadDefinition(settings);
  const decode = createDecode(settings, definition);
  const tally = new ReplayTally();
  const { read, isInterrupted } = await readAgain(settings, options, definition, ({ database, reach }) => {
    const store = dryRun ? createDryStore() : createStore(database, reach.persist);
    const parts = { database, persist: reach.persist, withPurged, store };
    return async ({ ledger }, { records, start, end, unreadable }) => {
      if (unreadable !== undefined) return tally.addUnreadable(Number(end - start));
      const { topic, partition } = ledger;
      const batch = triage({ topic, partition, records, nextOffset: end }, decode);
      tally.add(await explainDatabase(judge(parts, ledger, batch, records.length)));
    };
  });
  printReport(tally.report({ dryRun, isInterrupted, ranges: read }), json);
}

/**
 * Reads records again, and prints what a candidate definition would store and reject, compared with the present
 * one. Changes nothing.
 * @throws UserError for a permanent error, also if the candidate finds event ids by another rule
 */
export async function compareDefinitions(
  present: ReplaySettings,
  candidate: ReplaySettings,
  options: ReplayOptions,
): Promise<void> {
  const [before, after] = [await loadDefinition(present), await loadDefinition(candidate)];
  const [decodeBefore, decodeAfter] = [createDecode(present, before), createDecode(candidate, after)];
  const comparison = new DefinitionComparison();
  const { read, isInterrupted } = await readAgain(candidate, options, after, () => async (range, step) => {
    const { topic, partition } = range.ledger;
    const place = { topic, partition };
    for (const record of step.records)
      comparison.add(
        decodeBefore(record, place),
        decodeAfter(record, place),
        `${topic}:${partition}:${record.offset}`,
      );
  });
  printComparison(comparison.report, { isInterrupted, ranges: read }, options.json ?? false);
}

function createDecode(settings: ReplaySettings, definition: EventDefinition): Decode {
  const limits = { maxBytes: settings.EVENT_MAX_BYTES, maxDepth: settings.EVENT_MAX_DEPTH };
  const decode = createDecoder(definition);
  return limitUnknownTypes((record, place) => decode(record, place, limits));
}

type Step = (range: ReplayRange, step: LogSlice) => Promise<void>;

/** Reads the chosen ranges until a stop signal. @param createStep creates what works on the records */
async function readAgain(
  settings: ReplaySettings,
  options: ReplayOptions,
  { envelope: { identity } }: EventDefinition,
  createStep: (systems: { readonly database: Database; readonly reach: Reach }) => Step,
) {
  const { KAFKA_BROKERS, KAFKA_TOPIC: topics } = settings;
  const signal = stopSignal();
  exitAfter(signal, STOP_MS);
  const logger = createLogger('consumer', settings);
  await using database = connectDatabase(settings, { applicationName: 'replay', connections: 1 });
  const reach = createReach(KAFKA_BROKERS, database, logger, signal);
  await using admin = await reach.kafka(() => openAdmin(connectKafka(settings, 'consumer', logger)));
  const ranges = await chooseRanges({ topics, admin, database, reach, identity }, options);
  using progress = showProgress(logger);
  const limits = { maxBytes: settings.DECOMPRESSED_MAX_BYTES, maxRecords: settings.DECODED_MAX_RECORDS };
  const onStep = createStep({ database, reach });
  const pace = createRecordPace(options.rate, signal);
  const parts: RangeParts = { admin, reach, limits, pace, signal, onStep, onProgress: progress.report };
  const reader = new RangeReader(ranges, parts);
  await reader.readAll();
  return { read: reader.read, isInterrupted: signal.aborted };
}
