import type { Database } from '@pipeline/db';

/** Violations of the documented invariants, counted with SQL that is independent of the implementation. */
export interface Violations {
  readonly wrongMinutes: number;
  /** Of purchases by hour and currency, as many as the pipeline has. */
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
      with counted as materialized (
        select date_bin('1 minute', event_time, 'epoch') as minute, event_type, currency, count(*) as n,
               count(amount) as amounts, sum(amount) as total, min(amount) as lowest, max(amount) as highest
        from pipeline.raw_events,
             lateral (select case event_type when 'purchase' then payload end) as purchases (purchase),
             lateral (select purchase ->> 'currency', (purchase ->> 'amount')::numeric) as sent (currency, sent_amount),
             lateral (select case when sent_amount < 1e30 and round(sent_amount, 20) = sent_amount then sent_amount end)
               as numbers (amount)
        group by 1, 2, 3
      ), recount as (
        select minute, event_type, sum(n) as n from counted group by 1, 2
      ), purchases as (
        select date_bin('1 hour', minute, 'epoch') as bucket, currency, sum(n) as n, sum(amounts) as amounts,
               sum(total) as total, min(lowest) as lowest, max(highest) as highest
        from counted where event_type = 'purchase' group by 1, 2
      ), rollups_by_currency as (
        select rollup_id, aggregate from pipeline.rollups
        where event_type = 'purchase' and status = 'active' and bucket_minutes = 60
          and dimensions = '[{"name": "currency", "path": ["currency"]}]'
      ), expected_rollups as (
        select rollup_id, bucket, coalesce(key_id, 0) as key_id,
               case aggregate when 'sum' then sum(total) when 'min' then min(lowest) when 'max' then max(highest)
               end as expected_value,
               sum(case aggregate when 'count' then n else amounts end) as expected_count,
               sum(case aggregate when 'count' then 0 else n - amounts end) as expected_left_out
        from purchases cross join rollups_by_currency
        left join lateral (
          select key_id from pipeline.rollup_keys
          where rollup_keys.rollup_id = rollups_by_currency.rollup_id and key = array[currency]
        ) as kept on true
        group by 1, 2, 3, aggregate
      ), stored_rollups as (
        select rollup_id, bucket, key_id, value, event_count, left_out
        from pipeline.rollup_values join rollups_by_currency using (rollup_id)
      )
      select (select count(*)::int from recount full join pipeline.agg_events_minute using (minute, event_type)
              where n is distinct from event_count) as "wrongMinutes",
             (select count(*)::int from expected_rollups full join stored_rollups using (rollup_id, bucket, key_id)
              where (expected_value, expected_count, expected_left_out) is distinct from (value, event_count, left_out))
               as "wrongRollups",
             (select count(*)::int from pipeline.ingest_progress
              where next_offset - start_offset <> stored + duplicates + dead_lettered + skipped
                 or conflicting_duplicates not between 0 and duplicates)
               as "wrongLedgers",
             ((select coalesce(sum(stored), 0) from pipeline.ingest_progress)
              - (select coalesce(sum(n), 0) from recount))::int as "rowsOffLedger",
             ((select coalesce(sum(dead_lettered), 0) from pipeline.ingest_progress)
              - (select count(*) from pipeline.dlq_events))::int as "deadLettersOffLedger",
             (select count(*)::int from (
                select from pipeline.dlq_events
                group by source_topic, source_partition, source_offset, source_timestamp, key, value
                having count(*) > greatest(1, count(distinct source_topic_id))
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
