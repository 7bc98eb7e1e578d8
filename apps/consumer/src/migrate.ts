import { type databaseSettings, migrate, waitForPostgres } from '@pipeline/db';
import { type Settings, stopSignal } from '@pipeline/runtime';

/**
 * Brings the tables up to date, once Postgres answers, and says what it did.
 * @throws UserError for a lasting fault
 */
export async function migrateTables(settings: Settings<typeof databaseSettings>): Promise<void> {
  const { host, port } = settings.DATABASE_URL;
  const applied = await waitForPostgres(() => migrate(settings), `${host}:${port}`, {
    say,
    signal: stopSignal(),
  });
  say(applied.length === 0 ? 'tables are up to date' : `applied ${applied.join(', ')}`);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
