import { connectDatabase, type Database } from '@pipeline/db';
import { createLogger, type Settings } from '@pipeline/runtime';
import { collectSnapshot } from './collect.ts';
import { createOffsetReader, type OffsetReader } from './offsets.ts';
import type { statsSettings } from './settings.ts';
import type { Snapshot } from './snapshot.ts';

export type StatsSettings = Settings<typeof statsSettings>;

/** What every command looks through. */
export interface View extends AsyncDisposable {
  readonly database: Database;
  readonly fetchOffsets: OffsetReader['fetch'];
  readonly collect: () => Promise<Snapshot>;
}

const MINUTES = 60;

/** Connects to nothing before it is asked. */
export function openView(settings: StatsSettings): View {
  const database = connectDatabase(settings, { applicationName: 'stats', connections: 2 });
  const reader = createOffsetReader(settings, createLogger('stats', settings));
  const options = { topic: settings.KAFKA_TOPIC, minutes: MINUTES };
  return {
    database,
    fetchOffsets: reader.fetch,
    collect: () => collectSnapshot(database, reader.fetch, options),
    async [Symbol.asyncDispose]() {
      reader[Symbol.dispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** A stop is not held up for longer by servers that do not answer. */
export const STOP_MS = 3_000;
