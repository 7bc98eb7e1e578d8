import { type databaseSettings, migrate, migrateRollups, migrateViews, postgresErrors } from '@pipeline/db';
import { type eventSettings, loadDefinition } from '@pipeline/definition';
import { createLogger, type loggerSettings, stopSignal } from '@pipeline/program';
import { type Settings, waitFor } from '@pipeline/runtime';
import { deriveRollups, deriveViews } from '@pipeline/schema';

/** How long a stop waits for a statement, which is rolled back then. */
const STOP_MS = 5_000;

/**
 * Creates or migrates the tables, and the views and roll-ups of the event types, and logs what it did. Waits for
 * Postgres and for locks until a stop signal.
 * @param finish whether all consumers run this version
 * @throws UserError for a permanent error, SettingsError if the definition is wrong or does not fit the views
 */
export async function migrateTables(
  settings: Settings<typeof databaseSettings & typeof eventSettings & typeof loggerSettings>,
  finish: boolean,
): Promise<void> {
  const definition = await loadDefinition(settings);
  const views = deriveViews(definition);
  const declared = deriveRollups(definition);
  const logger = createLogger('consumer', settings);
  const signal = stopSignal(STOP_MS);
  const { host, port } = settings.DATABASE_URL;
  const onRetry = (error: unknown) =>
    logger.warn(`waiting for a lock: ${postgresErrors.describeError(error)}`);
  const waiting = {
    system: `Postgres at ${host}:${port}`,
    errors: postgresErrors,
    say: (line: string) => logger.warn(line),
    signal,
  };
  const applied = await waitFor(() => migrate(settings, undefined, { finish, signal, onRetry }), waiting);
  logger.info(applied.length === 0 ? 'tables are up to date' : `applied ${applied.join(', ')}`);
  const changed = await waitFor(() => migrateViews(settings, views, { signal, onRetry }), waiting);
  logger.info(changed.length === 0 ? 'views are up to date' : `created or changed ${changed.join(', ')}`);
  const onFill = (count: number) => logger.info(`new roll-ups: ${count}; adding the stored events`);
  const filled = await waitFor(
    () => migrateRollups(settings, declared, { signal, onRetry, onFill }),
    waiting,
  );
  logger.info(filled === 0 ? 'roll-ups are up to date' : `filled roll-ups: ${filled}`);
}
