import type { Sql } from '../connect.ts';

/** Open dead letters with one reason and one event type; the type is null where the record did not say. */
export interface DeadLetterGroup {
  readonly reason: string;
  readonly eventType: string | null;
  readonly count: bigint;
  /** RFC 3339, UTC. */
  readonly firstSeen: string;
  readonly lastSeen: string;
}

/** Anybody may send a type that nobody registered: there may be as many groups as letters. */
const MOST_GROUPS = 500;

/**
 * Selects the open dead letters in groups by what is wrong with them, the most frequent first, and no more than somebody
 * looks at. Their number costs nothing: they are counted as they come, and the index knows the first and the last. A
 * count that somebody has made wrong may have none: "verify" tells that.
 */
export function selectDeadLetterGroups(sql: Sql) {
  return sql`
    select * from (
      select reason, event_type as "eventType", letter_count::text as count,
             ${timeOf(sql, sql`asc`)} as "firstSeen", ${timeOf(sql, sql`desc`)} as "lastSeen"
      from agg_dead_letters as kind where status = 'open' and letter_count > 0
      order by letter_count desc, reason, event_type limit ${MOST_GROUPS}
    ) as counted where "firstSeen" is not null`;
}

/**
 * When the first or the last letter of a kind failed. A type that is null equals nothing, so it is asked for apart, and in
 * the whole order of the index, of which Postgres does not see that this part has one value.
 */
function timeOf(sql: Sql, order: ReturnType<Sql>) {
  const kind = sql`letter.status = 'open' and letter.reason = kind.reason`;
  return sql`
    to_char(coalesce(
      (select failed_at from dlq_events as letter where ${kind} and letter.event_type = kind.event_type
       order by failed_at ${order} limit 1),
      (select failed_at from dlq_events as letter where ${kind} and letter.event_type is null
       order by letter.event_type ${order}, failed_at ${order} limit 1)
    ) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}
