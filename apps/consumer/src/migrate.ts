import { type databaseSettings, describeFault, isPassingFault, migrate } from '@pipeline/db';
import { retryForever, type Settings, stopSignal } from '@pipeline/runtime';

/**
 * Brings the tables up to date, once Postgres answers, and says what it did.
 * @throws Failure for a lasting fault
 */
export async function migrateTables(settings: Settings<typeof databaseSettings>): Promise<void> {
  const { host, port } = settings.DATABASE_URL;
  let said = '';
  const onRetry = (error: unknown) => {
    const line = `waiting for Postgres at ${host}:${port}: ${describeFault(error)}`;
    if (line !== said) say(line);
    said = line;
  };
  const retry = { isPassing: isPassingFault, onRetry, signal: stopSignal() };
  const applied = await retryForever(() => migrate(settings), retry);
  say(applied.length === 0 ? 'tables are up to date' : `applied ${applied.join(', ')}`);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
