import { connectDatabase } from '@pipeline/db';
import { createLogger, stopSignal } from '@pipeline/program';
import type { Settings } from '@pipeline/runtime';
import type { statsSettings } from '../settings.ts';
import { createSay } from '../terminal/diagnostics.ts';
import { collectSnapshot } from './collect.ts';
import { createOffsetReader } from './offsets.ts';
import { withTimeoutFallback } from './with-timeout-fallback.ts';

export type StatsSettings = Settings<typeof statsSettings>;

/** The connections of a command, and the operations that most commands share. */
export type StatsContext = Readonly<ReturnType<typeof openStatsContext>>;

const MINUTES = 60;
const KAFKA_TIMEOUT_MS = 1_000;
/** Maximum time that a stop waits for servers. */
const STOP_MS = 3_000;

/** Connections are opened on first use. Call it once per process: it handles the stop signals. */
export function openStatsContext(settings: StatsSettings) {
  const signal = stopSignal(STOP_MS);
  const options = { applicationName: 'stats', connections: 2 };
  const database = connectDatabase(settings, { ...options, readOnly: true });
  const writableDatabase = connectDatabase(settings, { ...options, readOnly: false });
  const logger = createLogger('stats', settings);
  const reader = createOffsetReader(settings, logger);
  const choice = { topics: settings.KAFKA_TOPIC, minutes: MINUTES };
  const fetchWithTimeout = withTimeoutFallback(reader.fetch, KAFKA_TIMEOUT_MS, 'Kafka');
  return {
    settings,
    logger,
    /** Aborted by the stop signal. */
    signal,
    /** Read-only. */
    database,
    /** For changes. */
    writableDatabase,
    fetchOffsets: reader.fetch,
    describeGroup: reader.describeGroup,
    collect: () => collectSnapshot(database, reader.fetch, choice),
    /** Like `collect`, but omits Kafka's data if Kafka is slow. */
    collectWithTimeout: () => collectSnapshot(database, fetchWithTimeout, choice),
    say: createSay(settings),
    async [Symbol.asyncDispose]() {
      reader[Symbol.dispose]();
      await Promise.all([database, writableDatabase].map((one) => one[Symbol.asyncDispose]()));
    },
  };
}
