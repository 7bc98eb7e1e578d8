import type { Database } from '../client/connect.ts';
import { type RecountOptions, runRecount } from './recount.ts';

/** Two numbers that must be equal. */
export interface Comparison {
  readonly table: string;
  readonly key: string;
  readonly expected: string;
  readonly found: string;
}

/**
 * Recounts all tables in one statement, and therefore in one snapshot. Compares the counts per minute and the
 * roll-ups with the events, the counts of dead letters with their rows (for these, only differences are returned), the
 * sum of each ledger with its offsets, and the sums of all ledgers with the stored plus the purged rows. Conflicting
 * duplicates are a part of the duplicates (returned if they are not).
 */
export async function compareTables(
  database: Database,
  options: RecountOptions = {},
): Promise<readonly Comparison[]> {
  return await runRecount(
    database,
    (recount) => `with ${recount}, dead as (
        select topic, partition, sum(dead_letters) as dead_letters
        from (select source_topic as topic, source_partition as partition, 1 as dead_letters from pipeline.dlq_events
              union all
              select topic, partition, row_count from pipeline.purged_rows where table_name = 'dlq_events') as every
        group by 1, 2
      )
      select 'agg_events_minute' as "table",
             coalesce(to_char(minute at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"'), minute::text) || ' ' || event_type as key,
             coalesce(events::text, 'no row') as expected, coalesce(event_count::text, 'no row') as found
      from recount full join pipeline.agg_events_minute using (minute, event_type)
      where events is distinct from event_count
      union all
      select 'agg_dead_letters', concat_ws(' ', status, reason, event_type, 'of', source_topic), sum(dead_letters)::text, sum(letter_count)::text
      from (select status, reason, event_type, source_topic, 1 as dead_letters, 0 as letter_count from pipeline.dlq_events
            union all
            select status, reason, event_type, source_topic, 0, letter_count from pipeline.agg_dead_letters) as kinds
      group by status, reason, event_type, source_topic having sum(dead_letters) <> sum(letter_count)
      ${rollupDifferences}
      union all
      select 'dlq_events', topic || '/' || partition || ' rows', coalesce(dead_lettered, 0)::text, coalesce(dead_letters, 0)::text
      from pipeline.ingest_progress full join dead using (topic, partition)
      union all
      select 'ingest_progress', topic || '/' || partition || ' sum', (next_offset - start_offset)::text,
             (stored + duplicates + dead_lettered + skipped)::text
      from pipeline.ingest_progress
      union all
      select 'ingest_progress', topic || '/' || partition || ' conflicting duplicates',
             least(greatest(conflicting_duplicates, 0), duplicates)::text, conflicting_duplicates::text
      from pipeline.ingest_progress where conflicting_duplicates not between 0 and duplicates
      union all
      select 'raw_events', 'rows', coalesce(sum(stored), 0)::text,
             ((select coalesce(sum(events), 0) from recount)
              + (select coalesce(sum(row_count), 0) from pipeline.purged_rows where table_name = 'raw_events'))::text
      from pipeline.ingest_progress
      order by 1, 2`,
    options,
  );
}

const shownValues = (rows: string) =>
  `coalesce(nullif(concat_ws(', ', ${rows}.value, ${rows}.event_count || ' events', nullif(${rows}.left_out, 0) || ' left out'), ''), 'no row')`;

const rollupDifferences = `union all
      select 'rollup_values', concat_ws(' ', view_name, to_char(bucket at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"'),
                                        case when key_id = 0 then 'other' else nullif(key, '{}')::text end),
             ${shownValues('expected')}, ${shownValues('found')}
      from pipeline.recount_rollups() as expected full join (
        select one.* from pipeline.rollup_values as one join pipeline.rollups using (rollup_id) where status = 'active'
      ) as found using (rollup_id, bucket, key_id)
      join pipeline.rollups using (rollup_id) left join pipeline.rollup_keys using (rollup_id, key_id)
      where (expected.value, expected.event_count, expected.left_out)
            is distinct from (found.value, found.event_count, found.left_out)`;
