import type { Database, Sql } from '../client/connect.ts';
import type { AsJson } from './as-json.ts';

/** Number of events of a type in a minute. */
export interface MinuteCount {
  /** RFC 3339, UTC. */
  readonly minute: string;
  readonly eventType: string;
  readonly count: bigint;
}

/** Reads the counts of the last `minutes`, including the current one, oldest first. */
export async function readMinutes(database: Database, minutes: number): Promise<readonly MinuteCount[]> {
  const rows = await database.run(
    (sql) => sql<AsJson<MinuteCount>[]>`
      select ${minuteColumns(sql)} from pipeline.agg_events_minute as total
      where total.minute > now() - make_interval(mins => ${minutes}) and total.minute <= now()
      order by total.minute, event_type`,
  );
  return rows.map((row) => ({ ...row, count: BigInt(row.count) }));
}

const minuteColumns = (sql: Sql) => sql`
  to_char(total.minute at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as minute,
  event_type as "eventType", event_count::text as count`;

/** Selects the counts of the latest `minutes` up to now that have events, oldest first. */
export function selectMinutes(sql: Sql, minutes: number) {
  return sql`
    select ${minuteColumns(sql)}
    from pipeline.agg_events_minute as total
    where total.minute in (
      select distinct minute from pipeline.agg_events_minute where minute <= now() order by minute desc limit ${minutes})
    order by total.minute, event_type`;
}
