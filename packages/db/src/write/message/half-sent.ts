import type { Database } from '../../client/connect.ts';

/** A write that takes longer, retries included, may be blocked. */
const CHECK_MS = 2_000;

/** A message of which Postgres still waits for a part after this time is half-sent. */
const HALF_SENT_SECONDS = 10;

/**
 * Runs a write, and ends the sessions of half-sent messages that block it: their consumer was stopped or cut off
 * while it sent the rows of a COPY. Until it continues, Postgres keeps the lock of the partition's ledger, which no
 * timeout ends: `CopyGetData` holds off cancellation, and the transaction is not idle.
 */
export async function endingHalfSent<Value>(database: Database, write: () => Promise<Value>): Promise<Value> {
  // A check that fails is repeated; the write itself reports why Postgres is not available.
  const timer = setInterval(() => void endHalfSent(database).catch(() => {}), CHECK_MS);
  try {
    return await write();
  } finally {
    clearInterval(timer);
  }
}

/**
 * Ends the sessions of this role that have waited for the rest of a message for longer than `HALF_SENT_SECONDS`
 * while another session of the role waits for their locks. A session that reads a message is active; an idle
 * one, or one idle in a transaction, waits for the next message.
 * @returns the number of sessions
 */
export async function endHalfSent(database: Database, halfSentSeconds = HALF_SENT_SECONDS): Promise<number> {
  const ended = await database.runAside(
    (sql) => sql`
      select pg_terminate_backend(pid)
      from (select distinct unnest(pg_blocking_pids(pid)) as pid from pg_stat_activity
            where usename = session_user and datname = current_database() and wait_event_type = 'Lock') as blocking
      join pg_stat_activity as holder using (pid)
      where holder.usename = session_user and state = 'active' and wait_event = 'ClientRead'
        and query_start < clock_timestamp() - ${halfSentSeconds}::float8 * interval '1 second'`,
  );
  return ended.length;
}
