import type { Database, Sql } from '../client/connect.ts';
import { errorKind } from '../client/errors.ts';
import { encoded } from '../statement/parameters.ts';
import { jsonNull, jsonSeparator } from '../write/columns/array-literal.ts';
import type { SentEvents } from './sent-events.ts';

/** How the table differs from an event. Events that are stored exactly as sent have none. */
export interface EventFinding {
  /** Index of the event. */
  readonly index: number;
  /**
   * `absent`: no row has its id. `refused`: as `absent`, and Postgres refuses its values. `different`: its row has
   * other values. `unlike`: its row has the same ones, except that only one of the two has attributes.
   */
  readonly kind: 'absent' | 'refused' | 'different' | 'unlike';
  /** The columns with other values, comma-separated. */
  readonly columns: string;
  /** Of an absent event: the earliest limit of a purge that its time is before, in microseconds since 1970. */
  readonly purgedBefore: bigint | null;
}

/**
 * Compares events with their rows, in one snapshot. Values are compared byte for byte, so that `99.5` and `99.50`
 * differ; for payloads after the changes that jsonb makes.
 * @returns the events that are not stored exactly as sent, in any order
 * @throws the driver's error
 */
export async function compareEvents(
  database: Database,
  events: SentEvents,
): Promise<readonly EventFinding[]> {
  if (events.length === 0) return [];
  try {
    return await database.run((sql) => comparison(sql, events));
  } catch (error) {
    if (errorKind(error) !== 'refused') throw error;
    if (events.length === 1) return [{ index: 0, kind: 'refused', columns: '', purgedBefore: null }];
    return await compareHalves(database, events);
  }
}

/** One of the events cannot be converted to the types of the columns: it was never stored. */
async function compareHalves(database: Database, events: SentEvents): Promise<readonly EventFinding[]> {
  const half = events.length >> 1;
  const first = await compareEvents(database, events.slice(0, half));
  const second = await compareEvents(database, events.slice(half, events.length));
  return [...first, ...second.map((one) => ({ ...one, index: one.index + half }))];
}

/**
 * `offset 0` keeps the lookup from becoming a join: the planner does not know the number of events. The columns are
 * compared one by one only for the rows that differ.
 */
function comparison(sql: Sql, events: SentEvents) {
  return sql<EventFinding[]>`
    with incoming as not materialized (${selectEvents(sql, events)}
    ), found as materialized (
      select n, incoming.event_time as time, stored.event_id is null as is_absent, ${differences(sql)} as differences
      from incoming left join lateral (
        select * from pipeline.raw_events where event_id = incoming.event_id offset 0) as stored on true
      where stored.event_id is null or not record_image_eq(
        row(stored.event_type, stored.event_time, stored.user_id, stored.payload, stored.attributes),
        row(incoming.event_type, incoming.event_time, incoming.user_id, incoming.payload, incoming.attributes))
    )
    select n - 1 as index, case when is_absent then '' else differences end as columns,
           case when is_absent then 'absent' when differences = '' then 'unlike' else 'different' end as kind,
           case when is_absent then (
             select (extract(epoch from min(before)) * 1000000)::bigint from pipeline.purges where before > time
           ) end as "purgedBefore"
    from found`;
}

function selectEvents(sql: Sql, events: SentEvents) {
  const { ids, types, times, users, payloads, attributes } = events.toTexts();
  return sql`
      select unnest(${encoded(sql, ids)}::uuid[]) as event_id,
             unnest(${encoded(sql, types)}::text[]) as event_type,
             unnest(${encoded(sql, times)}::timestamptz[]) as event_time,
             unnest(${encoded(sql, users)}::text[]) as user_id,
             string_to_table(${encoded(sql, payloads)}::text, ${jsonSeparator})::jsonb as payload,
             ${attributes === undefined ? sql`null` : splitAttributes(sql, attributes)}::jsonb as attributes,
             generate_series(1, ${events.length}::int) as n`;
}

function splitAttributes(sql: Sql, attributes: Buffer) {
  return sql`string_to_table(${encoded(sql, attributes)}::text, ${jsonSeparator}, ${jsonNull})`;
}

/** Texts, because two representations of one value in jsonb may differ after an upgrade of Postgres. */
function differences(sql: Sql) {
  return sql`
      concat_ws(', ', case when stored.event_type <> incoming.event_type then 'event_type' end,
                      case when stored.event_time <> incoming.event_time then 'event_time' end,
                      case when stored.user_id is distinct from incoming.user_id then 'user_id' end,
                      case when stored.payload::text <> incoming.payload::text then 'payload' end,
                      case when stored.attributes::text <> incoming.attributes::text then 'attributes' end)`;
}
