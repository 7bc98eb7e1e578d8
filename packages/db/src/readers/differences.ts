import type { Database } from '../connect.ts';

/** Two numbers that should be one. */
export interface Difference {
  readonly table: string;
  readonly key: string;
  readonly expected: string;
  readonly found: string;
}

/**
 * Recounts all tables in one statement, hence in one snapshot, and compares:
 * the aggregates with the events, each ledger's sum with its offsets, the ledger's sums with the tables.
 */
export async function findDifferences(database: Database): Promise<readonly Difference[]> {
  return await database.run(
    (sql) => sql<Difference[]>`
      with recount as materialized (
        select date_trunc('minute', event_time, 'UTC') as minute, event_type, count(*) as events
        from raw_events group by 1, 2
      ), ledger as (
        select coalesce(sum(stored), 0) as stored, coalesce(sum(dead_lettered), 0) as dead_lettered from ingest_progress
      )
      select 'agg_events_minute' as "table",
             to_char(minute at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z" ') || event_type as key,
             coalesce(events, 0)::text as expected, coalesce(event_count, 0)::text as found
      from recount full join agg_events_minute using (minute, event_type)
      where events is distinct from event_count
      union all
      select 'ingest_progress', topic || '/' || partition, (next_offset - start_offset)::text,
             (stored + duplicates + dead_lettered + skipped)::text
      from ingest_progress where next_offset - start_offset <> stored + duplicates + dead_lettered + skipped
      union all
      select 'raw_events', 'rows', stored::text, (select coalesce(sum(events), 0) from recount)::text
      from ledger where stored <> (select coalesce(sum(events), 0) from recount)
      union all
      select 'dlq_events', 'rows', dead_lettered::text, (select count(*) from dlq_events)::text
      from ledger where dead_lettered <> (select count(*) from dlq_events)
      order by 1, 2`,
  );
}

/** About how many events there are, without counting them; 0 when Postgres has never looked. */
export async function estimateEvents(database: Database): Promise<number> {
  const [row] = await database.run(
    (sql) => sql<{ estimate: number }[]>`
      select greatest(reltuples, 0)::float8 as estimate from pg_class where oid = 'raw_events'::regclass`,
  );
  return row?.estimate ?? 0;
}

/**
 * Rebuilds the aggregates from the events, and nothing else, in one transaction. Writers wait meanwhile: a batch that
 * came between the count and the rebuilt rows would be missing from them.
 */
export async function rebuildAggregates(database: Database): Promise<void> {
  await database.run((sql) =>
    sql
      .unsafe(
        `lock table raw_events, agg_events_minute in share row exclusive mode;
         delete from agg_events_minute;
         insert into agg_events_minute (minute, event_type, event_count)
         select date_trunc('minute', event_time, 'UTC'), event_type, count(*) from raw_events group by 1, 2;`,
      )
      .simple(),
  );
}
