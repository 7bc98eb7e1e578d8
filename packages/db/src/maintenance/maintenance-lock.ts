import type { Database } from '../client/connect.ts';

/** Advisory lock: only one maintenance task per schema runs at a time. */
export const maintenanceLock = `pg_advisory_xact_lock(4711002, 'pipeline.ingest_progress'::regclass::int)`;

/**
 * Makes writers wait. Every write locks its ledger row first and the other tables later, so a task that
 * starts with this lock cannot deadlock with a writer.
 */
export const lockOutWriters = 'lock table pipeline.ingest_progress in exclusive mode;';

/**
 * Runs statements as one transaction while writers and other maintenance tasks wait. Waits for locks for at
 * most 500 ms, because everything else queues behind it.
 * @throws the driver's error; 55P03, which is transient, if a lock was not available
 */
export async function runLocked(database: Database, text: string): Promise<void> {
  const locks = `select set_config('lock_timeout', '500ms', true); select ${maintenanceLock}; ${lockOutWriters}`;
  await database.run((sql) => sql.unsafe(`${locks} ${text}`).simple());
}
