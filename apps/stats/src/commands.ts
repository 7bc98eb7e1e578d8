import {
  connectDatabase,
  type Database,
  describeFault,
  estimateEvents,
  explainFault,
  isPassingFault,
  rebuildAggregates,
} from '@pipeline/db';
import {
  createLogger,
  createMetrics,
  exitCode,
  Failure,
  listen,
  pause,
  retryForever,
  type Settings,
  stopSignal,
} from '@pipeline/runtime';
import { collectSnapshot } from './collect.ts';
import { toJson } from './json.ts';
import { createOffsetReader } from './offsets.ts';
import { createServer } from './server.ts';
import { type statsSettings, USUAL_STATS_PORT } from './settings.ts';
import type { Snapshot } from './snapshot.ts';
import { renderColumns, renderSnapshot } from './table.ts';
import { findPassed, type Thresholds } from './thresholds.ts';
import { verify } from './verify.ts';

type StatsSettings = Settings<typeof statsSettings>;

/** What every command looks through. */
interface View extends AsyncDisposable {
  readonly database: Database;
  readonly collect: () => Promise<Snapshot>;
  readonly fetchOffsets: ReturnType<typeof createOffsetReader>['fetch'];
}

const MINUTES = 60;

function openView(settings: StatsSettings): View {
  const database = connectDatabase(settings, { applicationName: 'stats', connections: 4 });
  const reader = createOffsetReader(settings);
  const collect = () =>
    collectSnapshot({ database, topic: settings.KAFKA_TOPIC, fetchOffsets: reader.fetch, minutes: MINUTES });
  const close = async () => {
    await Promise.all([reader[Symbol.asyncDispose](), database[Symbol.asyncDispose]()]);
  };
  return { database, collect, fetchOffsets: reader.fetch, [Symbol.asyncDispose]: close };
}

export interface ShowOptions {
  readonly json?: boolean;
  /** Seconds between two looks. */
  readonly watch?: number;
}

/** Prints the statistics, once or again and again. */
export async function showStats(
  settings: StatsSettings,
  { json = false, watch }: ShowOptions,
): Promise<void> {
  const signal = stopSignal();
  await using view = openView(settings);
  do {
    const snapshot = await waitForPostgres(view.collect, view.database, signal);
    if (snapshot.kafkaProblem !== undefined)
      say(`Kafka does not answer, lag is not known: ${snapshot.kafkaProblem}`);
    process.stdout.write(
      json ? `${JSON.stringify(toJson(snapshot))}\n` : inPlace(watch, renderSnapshot(snapshot)),
    );
    if (!json && snapshot.totals.freshnessSeconds === null)
      say('nothing is stored yet: pnpm --filter producer start');
    if (watch !== undefined) await pause(watch * 1_000, signal);
  } while (watch !== undefined);
}

/** On a terminal each look replaces the last one; elsewhere they follow each other, an empty line between. */
function inPlace(watch: number | undefined, text: string): string {
  if (watch === undefined) return text;
  return process.stdout.isTTY ? `\x1b[H\x1b[2J${text}` : `${text}\n`;
}

function waitForPostgres<Value>(
  operation: () => Promise<Value>,
  { address }: Database,
  signal: AbortSignal,
): Promise<Value> {
  const onRetry = (error: unknown) => say(`waiting for Postgres at ${address}: ${describeFault(error)}`);
  return retryForever(operation, { isPassing: isPassingFault, onRetry, signal }).catch((error) => {
    throw explainFault(error);
  });
}

function say(line: string): void {
  process.stderr.write(`stats: ${line}\n`);
}

/** Fails with exit code 3 when a threshold is passed. */
export async function checkThresholds(settings: StatsSettings, thresholds: Thresholds): Promise<void> {
  const signal = stopSignal();
  await using view = openView(settings);
  const passed = findPassed(await waitForPostgres(view.collect, view.database, signal), thresholds);
  for (const line of passed) process.stdout.write(`${line}\n`);
  if (passed.length > 0)
    throw new Failure('a threshold is passed', 'see "stats start"', exitCode.checkFailed);
}

export interface VerifyOptions {
  readonly repair?: boolean;
  readonly json?: boolean;
}

/** A recount may take as long as it takes. */
const HOUR_MS = 3_600_000;
const SHOWN = 100;

/** Recounts everything; fails with exit code 3 on any difference. */
export async function verifyAll(
  settings: StatsSettings,
  { repair = false, json = false }: VerifyOptions,
): Promise<void> {
  const signal = stopSignal();
  await using view = openView({ ...settings, DATABASE_STATEMENT_TIMEOUT_MS: HOUR_MS });
  const patient = <Value>(operation: () => Promise<Value>) =>
    waitForPostgres(operation, view.database, signal);
  if (repair) await patient(() => withProgress('rebuilding the aggregates', view, rebuildAggregates));
  const differences = await patient(() =>
    withProgress('recounting', view, (database) =>
      verify({ database, topic: settings.KAFKA_TOPIC, fetchOffsets: view.fetchOffsets }),
    ),
  );
  if (json) process.stdout.write(`${JSON.stringify({ schemaVersion: 1, differences })}\n`);
  else if (differences.length > 0) {
    const rows = differences
      .slice(0, SHOWN)
      .map(({ table, key, expected, found }) => [table, key, expected, found]);
    process.stdout.write(`${renderColumns(['TABLE', 'KEY', 'EXPECTED', 'FOUND'], rows)}\n`);
  } else process.stdout.write('everything adds up\n');
  if (differences.length === 0) return;
  throw new Failure(
    `${differences.length} differences`,
    'wrong aggregates are mended by "verify --repair"; for the rest see docs/operations.md',
    exitCode.checkFailed,
  );
}

/** Says what is going on every few seconds: Postgres does the work, and does not tell how far it is. */
async function withProgress<Value>(
  what: string,
  { database }: View,
  work: (database: Database) => Promise<Value>,
): Promise<Value> {
  const start = performance.now();
  const events = Math.round(await estimateEvents(database)).toLocaleString('en-US');
  const timer = setInterval(
    () => say(`${what}, about ${events} events, ${Math.round((performance.now() - start) / 1_000)} s`),
    2_000,
  );
  try {
    return await work(database);
  } finally {
    clearInterval(timer);
  }
}

/** Serves the page and its API until it is told to stop. */
export async function serveStats(settings: StatsSettings, version: string): Promise<void> {
  const signal = stopSignal();
  const logger = createLogger('stats', settings);
  await using view = openView(settings);
  const address = {
    host: settings.HTTP_HOST,
    port: settings.STATS_PORT,
    usualPort: USUAL_STATS_PORT,
    portSetting: 'STATS_PORT',
  };
  await using server = await listen(createServer(view.collect, createMetrics(version)), address, logger);
  logger.info(`stats page ${server.url}`);
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
