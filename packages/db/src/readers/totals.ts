import type { Database } from '../connect.ts';

/** What became of all records, by the ledger. */
export interface Totals {
  readonly stored: bigint;
  readonly duplicates: bigint;
  readonly deadLettered: bigint;
  readonly skipped: bigint;
  readonly openDeadLetters: bigint;
  /** Seconds since anything was written; null when nothing ever was. */
  readonly freshnessSeconds: number | null;
}

/** Reads the ledger's sums: their cost does not grow with the events. */
export async function readTotals(database: Database): Promise<Totals> {
  const [totals] = await database.run(
    (sql) => sql<Totals[]>`
      select coalesce(sum(stored), 0)::bigint as stored,
             coalesce(sum(duplicates), 0)::bigint as duplicates,
             coalesce(sum(dead_lettered), 0)::bigint as "deadLettered",
             coalesce(sum(skipped), 0)::bigint as skipped,
             (select count(*) from dlq_events where status = 'open') as "openDeadLetters",
             extract(epoch from clock_timestamp() - max(updated_at) filter (where stored + dead_lettered > 0))::float8
               as "freshnessSeconds"
      from ingest_progress`,
  );
  if (totals === undefined) throw new Error('Postgres returned no row');
  return totals;
}
