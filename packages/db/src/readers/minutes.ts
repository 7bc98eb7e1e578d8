import type { Sql } from '../connect.ts';

/** How many events of a type happened in a minute. */
export interface MinuteCount {
  /** RFC 3339, UTC. */
  readonly minute: string;
  readonly eventType: string;
  readonly count: bigint;
}

/** Selects the counts of the latest minutes that have any, oldest first. */
export function selectMinutes(sql: Sql, minutes: number) {
  return sql`
    select to_char(minute at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as minute,
           event_type as "eventType", event_count::text as count
    from agg_events_minute as total
    where total.minute in (select distinct minute from agg_events_minute order by minute desc limit ${minutes})
    order by total.minute, event_type`;
}
