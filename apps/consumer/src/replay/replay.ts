import {
  connectDatabase,
  type Database,
  type Persist,
  postgresErrors,
  readReplayLedgers,
} from '@pipeline/db';
import { loadDefinition } from '@pipeline/definition';
import {
  type ClusterAdmin,
  connectKafka,
  kafkaErrors,
  type LogSlice,
  openAdmin,
  partitionName,
  requireTopics,
} from '@pipeline/kafka';
import { createLogger, exitAfter, stopSignal } from '@pipeline/program';
import {
  createRecordPace,
  exitCode,
  type Logger,
  retryForever,
  type Settings,
  UserError,
  waitFor,
} from '@pipeline/runtime';
import { createDecoder, type EventDefinition } from '@pipeline/schema';
import { limitUnknownTypes } from '../limit-types.ts';
import { explainDatabase } from '../retry-policy.ts';
import { type Decode, triage } from '../triage.ts';
import { createDryStore, createStore, type JudgeParts, judge } from './judge.ts';
import { planReplay, type ReplayRange } from './plan.ts';
import { type Position, resolvePosition } from './position.ts';
import { printReport } from './print-report.ts';
import { type Progress, showProgress } from './progress.ts';
import { ReplayTally } from './report.ts';
import type { replaySettings } from './settings.ts';

type ReplaySettings = Settings<typeof replaySettings>;

export interface ReplayOptions {
  readonly from: Position;
  /** Defaults to everything that the ledger accounts for. */
  readonly to?: Position;
  readonly topic?: string;
  readonly partition?: number;
  /** Maximum records per second; 0 is unlimited. */
  readonly rate: number;
  readonly purged?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** How long a stop waits for a transaction, which is rolled back then. */
const STOP_MS = 5_000;
const FETCH_MAX_BYTES = 1 << 20;
/** Records per transaction. */
const STEP_RECORDS = 2_000;

/**
 * Reads records again that consumers have read, and stores the events that are missing. Joins no group. Waits for
 * Kafka and Postgres. A stop signal ends it between two transactions; then the report has the next offsets.
 * @throws UserError for a permanent error
 */
export async function replay(settings: ReplaySettings, options: ReplayOptions): Promise<void> {
  const definition = await loadDefinition(settings);
  const signal = stopSignal();
  exitAfter(signal, STOP_MS);
  const logger = createLogger('consumer', settings);
  await using database = connectDatabase(settings, { applicationName: 'replay', connections: 1 });
  const reach = createReach(settings, database, logger, signal);
  const connect = () => openAdmin(connectKafka(settings, 'consumer', logger));
  await using admin = await reach.kafka(connect);
  const ranges = await chooseRanges({ settings, options, admin, database, definition, reach });
  const run = new Replay({
    ...{ settings, ranges, admin, reach, signal },
    decode: createDecode(settings, definition),
    judge: createJudge(options, database, reach.persist),
    pace: createRecordPace(options.rate, signal),
  });
  {
    using progress = showProgress(logger);
    await run.readAll(progress);
  }
  printReport(run.report(options.dryRun ?? false), options.json ?? false);
}

interface Reach {
  /** Runs an operation on Kafka, and retries transient errors. @throws UserError for a permanent error */
  readonly kafka: <Value>(operation: () => Promise<Value>) => Promise<Value>;
  readonly persist: Persist;
}

function createReach(
  { KAFKA_BROKERS }: ReplaySettings,
  { address }: Database,
  logger: Logger,
  signal: AbortSignal,
): Reach {
  const system = `Kafka at ${KAFKA_BROKERS.join(',')}`;
  const waiting = { system, errors: kafkaErrors, say: (line: string) => logger.warn(line), signal };
  const onRetry = (error: unknown) =>
    logger.warn(`waiting for Postgres at ${address}: ${postgresErrors.describeError(error)}`);
  return {
    kafka: (operation) => waitFor(operation, waiting),
    persist: (statement) =>
      retryForever(statement, { isTransient: postgresErrors.isTransientError, onRetry, signal }),
  };
}

interface ChoiceParts {
  readonly settings: ReplaySettings;
  readonly options: ReplayOptions;
  readonly admin: ClusterAdmin;
  readonly database: Database;
  readonly definition: EventDefinition;
  readonly reach: Reach;
}

async function chooseRanges(parts: ChoiceParts): Promise<readonly ReplayRange[]> {
  const { settings, options, admin, database, definition, reach } = parts;
  const topics = settings.KAFKA_TOPIC;
  if (options.topic !== undefined && !topics.includes(options.topic))
    throw new UserError(
      `--topic names ${options.topic}, which KAFKA_TOPIC does not list`,
      'correct one of them',
      exitCode.usage,
    );
  await reach.kafka(() => requireTopics(admin, topics));
  const identity = definition.envelope.identity;
  const ledgers = await explainDatabase(reach.persist(() => readReplayLedgers(database, topics, identity)));
  const resolve = (position?: Position) => reach.kafka(() => resolvePosition(admin, topics, position));
  const [fromOf, toOf] = [await resolve(options.from), await resolve(options.to)];
  const logs = await reach.kafka(() => admin.fetchLogs(topics));
  const clusterId = await reach.kafka(admin.clusterId);
  return planReplay({ ledgers, logs, clusterId }, { ...options, fromOf, toOf });
}

function createDecode(settings: ReplaySettings, definition: EventDefinition): Decode {
  const limits = { maxBytes: settings.EVENT_MAX_BYTES, maxDepth: settings.EVENT_MAX_DEPTH };
  const decode = createDecoder(definition);
  return limitUnknownTypes((record, place) => decode(record, place, limits));
}

function createJudge(
  { dryRun, purged: withPurged = false }: ReplayOptions,
  database: Database,
  persist: Persist,
): JudgeParts {
  return { database, persist, withPurged, store: dryRun ? createDryStore() : createStore(database, persist) };
}

interface ReplayParts {
  readonly settings: ReplaySettings;
  readonly ranges: readonly ReplayRange[];
  readonly admin: Pick<ClusterAdmin, 'readRange'>;
  readonly reach: Reach;
  readonly signal: AbortSignal;
  readonly decode: Decode;
  readonly judge: JudgeParts;
  readonly pace: ReturnType<typeof createRecordPace>;
}

/** A replay in progress: partitions one after another, so that a dry run meets duplicates in the same order. */
class Replay {
  readonly #parts: ReplayParts;
  readonly #tally = new ReplayTally();
  /** The first offset that has not been replayed, by range. */
  readonly #next: Map<ReplayRange, bigint>;

  constructor(parts: ReplayParts) {
    this.#parts = parts;
    this.#next = new Map(parts.ranges.map((range) => [range, range.from]));
  }

  /** Ends early after a stop signal. */
  async readAll({ report }: Progress): Promise<void> {
    const { ranges, reach, signal } = this.#parts;
    try {
      for (const range of ranges) await reach.kafka(() => this.#read(range, report));
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** Continues after the last record that was replayed. */
  async #read(range: ReplayRange, onProgress: (share: number) => void): Promise<void> {
    const { settings, admin, signal, pace } = this.#parts;
    const { ledger, to } = range;
    const limits = { maxBytes: settings.DECOMPRESSED_MAX_BYTES, maxRecords: settings.DECODED_MAX_RECORDS };
    const rest = { topic: ledger.topic, partition: ledger.partition, start: this.#nextOf(range), end: to };
    for await (const slice of admin.readRange(rest, limits, FETCH_MAX_BYTES))
      for (const step of stepsOf(slice)) {
        signal.throwIfAborted();
        await this.#replay(range, step);
        this.#next.set(range, step.end);
        onProgress(this.#share());
        await pace.wait(step.records.length);
      }
    if (this.#nextOf(range) < to) throw truncated(range, this.#nextOf(range));
  }

  async #replay({ ledger }: ReplayRange, { records, start, end, unreadable }: LogSlice): Promise<void> {
    if (unreadable !== undefined) return this.#tally.addUnreadable(Number(end - start));
    const { topic, partition } = ledger;
    const batch = triage({ topic, partition, records, nextOffset: end }, this.#parts.decode);
    this.#tally.add(await explainDatabase(judge(this.#parts.judge, ledger, batch, records.length)));
  }

  #nextOf(range: ReplayRange): bigint {
    return this.#next.get(range) ?? range.from;
  }

  #share(): number {
    const { ranges } = this.#parts;
    const all = ranges.reduce((sum, { from, to }) => sum + to - from, 0n);
    const done = ranges.reduce((sum, range) => sum + this.#nextOf(range) - range.from, 0n);
    return Number(done) / Number(all);
  }

  report(dryRun: boolean) {
    const ranges = this.#parts.ranges.map((range) => ({
      ...{ topic: range.ledger.topic, partition: range.ledger.partition },
      ...{ from: String(range.from), to: String(range.to), next: String(this.#nextOf(range)) },
    }));
    return this.#tally.report({ dryRun, isInterrupted: this.#parts.signal.aborted, ranges });
  }
}

/** Splits a slice into parts of at most `STEP_RECORDS` records. */
function* stepsOf(slice: LogSlice): Generator<LogSlice> {
  let { start } = slice;
  for (let at = 0; at === 0 || at < slice.records.length; at += STEP_RECORDS) {
    const following = slice.records[at + STEP_RECORDS];
    const end = following === undefined ? slice.end : BigInt(following.offset);
    yield { ...slice, records: slice.records.slice(at, at + STEP_RECORDS), start, end };
    start = end;
  }
}

function truncated({ ledger }: ReplayRange, next: bigint): UserError {
  return new UserError(
    `the log of ${partitionName(ledger)} was truncated while it was read, and ends at ${next}`,
    'replay again when the consumer has read the present log',
  );
}
