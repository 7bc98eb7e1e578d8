import { type databaseSettings, migrate, postgresErrors } from '@pipeline/db';
import { createLogger, exitAfter, type loggerSettings, stopSignal } from '@pipeline/program';
import { type Settings, waitFor } from '@pipeline/runtime';

/** How long a stop waits for a statement, which is rolled back then. */
const STOP_MS = 5_000;

/**
 * Creates or migrates the tables, and logs what it did. Waits for Postgres and for locks until a stop
 * signal.
 * @param finish whether all consumers run this version
 * @throws UserError for a permanent error
 */
export async function migrateTables(
  settings: Settings<typeof databaseSettings & typeof loggerSettings>,
  finish: boolean,
): Promise<void> {
  const logger = createLogger('consumer', settings);
  const signal = stopSignal();
  exitAfter(signal, STOP_MS);
  const { host, port } = settings.DATABASE_URL;
  const onRetry = (error: unknown) =>
    logger.warn(`waiting for a lock: ${postgresErrors.describeError(error)}`);
  const applied = await waitFor(() => migrate(settings, undefined, { finish, signal, onRetry }), {
    system: `Postgres at ${host}:${port}`,
    errors: postgresErrors,
    say: (line) => logger.warn(line),
    signal,
  });
  logger.info(applied.length === 0 ? 'tables are up to date' : `applied ${applied.join(', ')}`);
}
