import {
  connectDatabase,
  type Database,
  databaseSettings,
  type PauseResult,
  pausePartitions,
  postgresErrors,
  resumePartitions,
} from '@pipeline/db';
import type { TopicPartition } from '@pipeline/kafka';
import { createLogger, loggerSettings, stopSignal } from '@pipeline/program';
import { exitCode, type Settings, UserError, waitFor } from '@pipeline/runtime';

/** Settings of `consumer pause` and `consumer resume`, which need no Kafka. */
export const pauseSettings = { ...databaseSettings, ...loggerSettings };

type PauseSettings = Settings<typeof pauseSettings>;

export interface PauseOptions {
  readonly partition: readonly TopicPartition[];
  /** Acting user, for the record. */
  readonly by: string;
  readonly reason: string;
}

/** Pauses partitions, until they are resumed. @throws UserError with exit code 2 if one is unknown */
export async function pauseAll(settings: PauseSettings, { partition, ...options }: PauseOptions) {
  const results = await change(settings, (database) => pausePartitions(database, partition, options));
  report(results, { changed: 'is paused', unchanged: 'was paused already' });
}

/** Resumes partitions. @throws UserError with exit code 2 if one is unknown */
export async function resumeAll(settings: PauseSettings, { partition }: Pick<PauseOptions, 'partition'>) {
  const results = await change(settings, (database) => resumePartitions(database, partition));
  report(results, { changed: 'is resumed', unchanged: 'was not paused' });
}

/** Waits for Postgres until a stop signal. */
async function change(
  settings: PauseSettings,
  operation: (database: Database) => Promise<readonly PauseResult[]>,
): Promise<readonly PauseResult[]> {
  const signal = stopSignal(0);
  const logger = createLogger('consumer', settings);
  const options = { applicationName: 'consumer', connections: 1, readOnly: false };
  await using database = connectDatabase(settings, options);
  return await waitFor(() => operation(database), {
    system: `Postgres at ${database.address}`,
    errors: postgresErrors,
    say: (line) => logger.warn(line),
    signal,
  });
}

function report(
  results: readonly PauseResult[],
  words: Readonly<Record<'changed' | 'unchanged', string>>,
): void {
  const unknown = results.filter(({ result }) => result === 'unknown').map(nameOf);
  if (unknown.length > 0)
    throw new UserError(
      `no consumer has read ${unknown.join(', ')} yet, or there is no such partition; nothing was changed`,
      'correct --partition',
      exitCode.usage,
    );
  for (const one of results)
    if (one.result !== 'unknown') process.stdout.write(`${nameOf(one)} ${words[one.result]}\n`);
}

const nameOf = ({ topic, partition }: TopicPartition) => `${topic}:${partition}`;
