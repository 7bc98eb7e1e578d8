import type { Database } from '@pipeline/db';

/** Violations of the documented invariants, counted with SQL that is independent of the implementation. */
export interface Violations {
  readonly wrongMinutes: number;
  /** Of the built-in roll-up, if the pipeline has it. */
  readonly wrongRollups: number;
  readonly wrongLedgers: number;
  readonly rowsOffLedger: number;
  readonly deadLettersOffLedger: number;
  readonly doubledDeadLetters: number;
  readonly wrongDeadLetterCounts: number;
}

export const noViolations: Violations = {
  wrongMinutes: 0,
  wrongRollups: 0,
  wrongLedgers: 0,
  rowsOffLedger: 0,
  deadLettersOffLedger: 0,
  doubledDeadLetters: 0,
  wrongDeadLetterCounts: 0,
};

/** Checks all invariants within the database, in one snapshot. */
export async function findViolations(database: Database): Promise<Violations> {
  const [found] = await database.run(
    (sql) => sql<Violations[]>`
      with recount as (
        select date_bin('1 minute', event_time, 'epoch') as minute, event_type, count(*) as n
        from pipeline.raw_events group by 1, 2
      )
      select (select count(*)::int from recount full join pipeline.agg_events_minute using (minute, event_type)
              where n is distinct from event_count) as "wrongMinutes",
             (select count(*)::int from (
                select date_bin('1 hour', event_time, 'epoch') as bucket, payload ->> 'currency' as currency,
                       sum(amount) filter (where is_counted) as total, count(*) filter (where is_counted) as n
                from (select *, (payload ->> 'amount')::numeric as amount from pipeline.raw_events
                      where event_type = 'purchase') as purchases,
                     lateral (select amount < 1e30 and round(amount, 20) = amount as is_counted) as precision
                group by 1, 2
              ) as expected full join (
                select bucket, key[1] as currency, value, event_count from pipeline.rollup_values
                join pipeline.rollups using (rollup_id) join pipeline.rollup_keys using (rollup_id, key_id)
                where event_type = 'purchase' and name = 'revenue' and status = 'active'
              ) as found using (bucket, currency)
              where (total, n) is distinct from (value, event_count)
                and exists (select from pipeline.rollups where name = 'revenue' and status = 'active')) as "wrongRollups",
             (select count(*)::int from pipeline.ingest_progress
              where next_offset - start_offset <> stored + duplicates + dead_lettered + skipped
                 or conflicting_duplicates not between 0 and duplicates)
               as "wrongLedgers",
             ((select coalesce(sum(stored), 0) from pipeline.ingest_progress)
              - (select count(*) from pipeline.raw_events))::int as "rowsOffLedger",
             ((select coalesce(sum(dead_lettered), 0) from pipeline.ingest_progress)
              - (select count(*) from pipeline.dlq_events))::int as "deadLettersOffLedger",
             (select count(*)::int from (
                select from pipeline.dlq_events
                group by source_topic, source_partition, source_offset, source_timestamp, key, value having count(*) > 1
              ) as doubled) as "doubledDeadLetters",
             (select count(*)::int from (select from (
                select status, reason, event_type, source_topic, 1 as n from pipeline.dlq_events
                union all
                select status, reason, event_type, source_topic, -letter_count from pipeline.agg_dead_letters) as kinds
              group by status, reason, event_type, source_topic having sum(n) <> 0) as wrong) as "wrongDeadLetterCounts"`,
  );
  if (found === undefined) throw new Error('Postgres returned no row');
  return found;
}

/** The violated invariants, each with its count. */
export async function listViolations(database: Database): Promise<readonly string[]> {
  const violations = Object.entries(await findViolations(database));
  return violations.filter(([, count]) => count !== 0).map(([name, count]) => `${name}: ${count}`);
}

/** A comparable digest of all tables, except for ingestion times. */
export async function fingerprint(database: Database): Promise<unknown> {
  const [found] = await database.run(
    (sql) => sql`
      select (select md5(coalesce(string_agg(
                md5(event_id::text || event_type || event_time::text || user_id || payload::text), ''
                order by event_id), '')) from pipeline.raw_events) as events,
             (select md5(coalesce(string_agg(
                minute::text || event_type || event_count::text, ',' order by minute, event_type), ''))
              from pipeline.agg_events_minute) as minutes,
             (select md5(coalesce(string_agg(
                source_topic || source_partition::text || source_offset::text || reason, ','
                order by source_topic, source_partition, source_offset), ''))
              from pipeline.dlq_events) as dead_letters,
             (select jsonb_agg(to_jsonb(p) - 'updated_at' order by topic, partition)
              from pipeline.ingest_progress p) as ledger`,
  );
  return found;
}

/** Sums over the ledgers of all partitions. */
export interface LedgerSums {
  readonly stored: number;
  readonly duplicates: number;
  /** Dead-lettered records. */
  readonly dead: number;
  readonly skipped: number;
}

export async function sumLedgers(database: Database): Promise<LedgerSums | undefined> {
  const [sums] = await database.run(
    (sql) => sql<LedgerSums[]>`
      select sum(stored)::int as stored, sum(duplicates)::int as duplicates, sum(dead_lettered)::int as dead,
             sum(skipped)::int as skipped from pipeline.ingest_progress`,
  );
  return sums;
}
