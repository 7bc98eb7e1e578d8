import type { Database } from '../connect.ts';

/** A number of our own: of all who maintain the tables, one does so at a time. */
const LOCK = 4_711_002;

/**
 * Runs statements as one transaction, alone among those who maintain the tables. It waits for a lock for half a second
 * only, for everybody else waits behind it; then it is 55P03, which passes.
 * @throws the driver's error
 */
export async function runStep(database: Database, text: string): Promise<void> {
  const alone = `select set_config('lock_timeout', '500ms', true); select pg_advisory_xact_lock(${LOCK});`;
  await database.run((sql) => sql.unsafe(`${alone} ${text}`).simple());
}
