import { type databaseSettings, migrate, postgresErrors } from '@pipeline/db';
import { createLogger, type loggerSettings, stopSignal } from '@pipeline/program';
import { type Settings, waitFor } from '@pipeline/runtime';

/**
 * Creates or migrates the tables, and logs what it did. Waits for Postgres.
 * @throws UserError for a permanent error
 */
export async function migrateTables(
  settings: Settings<typeof databaseSettings & typeof loggerSettings>,
): Promise<void> {
  const logger = createLogger('consumer', settings);
  const { host, port } = settings.DATABASE_URL;
  const applied = await waitFor(() => migrate(settings), {
    system: `Postgres at ${host}:${port}`,
    errors: postgresErrors,
    say: (line) => logger.warn(line),
    signal: stopSignal(),
  });
  logger.info(applied.length === 0 ? 'tables are up to date' : `applied ${applied.join(', ')}`);
}
