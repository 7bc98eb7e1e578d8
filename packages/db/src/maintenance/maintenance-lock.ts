import type { Database } from '../connect.ts';

/** A number of our own: of all who maintain the tables, one does so at a time. */
const LOCK = 4_711_002;

/**
 * Every write begins with its ledger, and takes the other tables in an order of its own: whoever has this lock first finds
 * no writer half-way, with which it could deadlock, and writers wait.
 */
export const lockOutWriters = 'lock table ingest_progress in exclusive mode;';

/**
 * Runs statements as one transaction, alone among those who maintain the tables, while writers wait. It waits for a lock
 * for half a second only, for everybody else waits behind it; then it is 55P03, which passes.
 * @throws the driver's error
 */
export async function runLocked(database: Database, text: string): Promise<void> {
  const alone = `select set_config('lock_timeout', '500ms', true); select pg_advisory_xact_lock(${LOCK}); ${lockOutWriters}`;
  await database.run((sql) => sql.unsafe(`${alone} ${text}`).simple());
}
