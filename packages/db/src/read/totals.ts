import type { Sql } from '../client/connect.ts';

/** Sums over all ledgers. */
export interface Totals {
  readonly stored: bigint;
  readonly duplicates: bigint;
  readonly deadLettered: bigint;
  readonly skipped: bigint;
  readonly openDeadLetters: bigint;
  /** Seconds since the last write; null if nothing was ever written. */
  readonly freshnessSeconds: number | null;
}

/** Selects the totals; the cost does not depend on the number of events or dead letters. */
export function selectTotals(sql: Sql) {
  return sql`
    select coalesce(sum(stored), 0)::text as stored,
           coalesce(sum(duplicates), 0)::text as duplicates,
           coalesce(sum(dead_lettered), 0)::text as "deadLettered",
           coalesce(sum(skipped), 0)::text as skipped,
           (select coalesce(sum(letter_count), 0) from pipeline.agg_dead_letters where status = 'open')::text as "openDeadLetters",
           extract(epoch from clock_timestamp() - max(updated_at) filter (where stored + dead_lettered > 0))::float8
             as "freshnessSeconds"
    from pipeline.ingest_progress`;
}
