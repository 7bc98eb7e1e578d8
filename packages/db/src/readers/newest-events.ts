import type { Database } from '../connect.ts';
import type { Latency } from '../history/samples.ts';

/** An event that was stored just now, without what it says of anybody. */
export interface NewestEvent {
  readonly eventId: string;
  readonly eventType: string;
  /** RFC 3339, UTC, as the next one. */
  readonly eventTime: string;
  readonly storedAt: string;
}

/** What the newest events tell. */
export interface Newest {
  /** The newest first. */
  readonly events: readonly NewestEvent[];
  /** Null when no event was stored in the last minute. */
  readonly latency: Latency | null;
}

/** Some thousands of events. */
const PAGES = 64;
const SECONDS = 60;

/**
 * Reads the newest events, so many at most, and how long the events of the last minute took. New rows go to the end of
 * the table: its last pages are read and nothing else, however large it is. Should rows have been removed, new ones may
 * stand elsewhere, and are not seen.
 */
export async function readNewest(database: Database, most: number): Promise<Newest> {
  const [row] = await database.run(
    (sql) => sql<{ events: readonly NewestEvent[]; quantiles: [number, number, number] | null }[]>`
      with newest as materialized (
        select event_id, event_type, event_time, ingested_at from raw_events
        where ctid >= (select case when blocks > 0 then format('(%s,0)', greatest(blocks - ${PAGES}, 0))
                                   else '(4294967294,0)' end::tid -- a table in partitions has no pages of its own
                       from (select pg_relation_size('raw_events') / current_setting('block_size')::bigint) as size (blocks))
          and ingested_at > now() - make_interval(secs => ${SECONDS})
      )
      select (select coalesce(json_agg(one), '[]') from (
                select event_id as "eventId", left(event_type, 200) as "eventType",
                       to_char(event_time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "eventTime",
                       to_char(ingested_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "storedAt"
                from newest order by ingested_at desc, event_time desc, event_id limit ${most}) as one) as events,
             (select to_json(percentile_cont(array[0.5, 0.95, 0.99]) within group
                       (order by extract(epoch from ingested_at - event_time)::float8)) from newest) as quantiles`,
  );
  if (row === undefined) throw new Error('Postgres returned no row');
  const [p50, p95, p99] = row.quantiles ?? [];
  const isKnown = p50 !== undefined && p95 !== undefined && p99 !== undefined;
  return { events: row.events, latency: isKnown ? { p50, p95, p99 } : null };
}
