import { connectDatabase, type Database } from '@pipeline/db';
import { createLogger, type Settings } from '@pipeline/runtime';
import { collectSnapshot } from './collect.ts';
import { createOffsetReader, type OffsetReader } from './offsets.ts';
import type { statsSettings } from './settings.ts';
import type { Snapshot } from './snapshot.ts';
import { withTimeoutFallback } from './with-timeout-fallback.ts';

export type StatsSettings = Settings<typeof statsSettings>;

/** What every command looks through. */
export interface StatsContext extends AsyncDisposable {
  /** Reads, and cannot change anything. */
  readonly database: Database;
  /** For what changes something; connects when it is first used. */
  readonly writableDatabase: Database;
  readonly fetchOffsets: OffsetReader['fetch'];
  readonly describeGroup: OffsetReader['describeGroup'];
  readonly collect: () => Promise<Snapshot>;
  /** The same for whoever would rather know less than wait for Kafka. */
  readonly collectWithTimeout: () => Promise<Snapshot>;
}

const MINUTES = 60;
/** Kafka answers within milliseconds, or has trouble. */
const PROMPT_MS = 1_000;

/** Connects to nothing before it is asked. */
export function openStatsContext(settings: StatsSettings): StatsContext {
  const options = { applicationName: 'stats', connections: 2 };
  const database = connectDatabase(settings, { ...options, readOnly: true });
  const writableDatabase = connectDatabase(settings, { ...options, readOnly: false });
  const reader = createOffsetReader(settings, createLogger('stats', settings));
  const choice = { topic: settings.KAFKA_TOPIC, minutes: MINUTES };
  const fetchWithTimeout = withTimeoutFallback(reader.fetch, PROMPT_MS, 'Kafka');
  return {
    database,
    writableDatabase,
    fetchOffsets: reader.fetch,
    describeGroup: reader.describeGroup,
    collect: () => collectSnapshot(database, reader.fetch, choice),
    collectWithTimeout: () => collectSnapshot(database, fetchWithTimeout, choice),
    async [Symbol.asyncDispose]() {
      reader[Symbol.dispose]();
      await Promise.all([database, writableDatabase].map((one) => one[Symbol.asyncDispose]()));
    },
  };
}

/** The limit of a statement that looks through a whole table, and may take as long as it takes. */
export const ANY_LENGTH_MS = 86_400_000;

/** A stop is not held up for longer by servers that do not answer. */
export const STOP_MS = 3_000;
