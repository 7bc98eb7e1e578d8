import type { Sql } from '../client/connect.ts';

/** Open dead letters with the same reason and event type. */
export interface DeadLetterGroup {
  readonly reason: string;
  /** Null if the type could not be read. */
  readonly eventType: string | null;
  readonly count: bigint;
  /** RFC 3339, UTC. */
  readonly firstSeen: string;
  readonly lastSeen: string;
}

/** The number of open dead letters of a topic. */
export interface OpenDeadLetters {
  readonly topic: string;
  readonly count: bigint;
}

/** Selects the number of open dead letters of each topic that has any. */
export function selectOpenByTopic(sql: Sql) {
  return sql`
    select source_topic as topic, sum(letter_count)::text as count from pipeline.agg_dead_letters
    where status = 'open' and source_topic is not null
    group by source_topic having sum(letter_count) > 0 order by source_topic`;
}

/** Unregistered event types are arbitrary, so there can be as many groups as dead letters. */
const MAX_GROUPS = 500;

/**
 * Selects the largest groups of open dead letters, largest first. The cost does not depend on the number of
 * dead letters: counts are maintained on insert, and the first and last come from an index. Omits groups
 * without a dead letter, whose count is wrong; `verify` reports those.
 */
export function selectDeadLetterGroups(sql: Sql) {
  return sql`
    select * from (
      select reason, event_type as "eventType", letter_count::text as count,
             ${timeOf(sql, sql`asc`)} as "firstSeen", ${timeOf(sql, sql`desc`)} as "lastSeen"
      from (select reason, event_type, sum(letter_count) as letter_count
            from pipeline.agg_dead_letters where status = 'open' group by reason, event_type) as kind
      where letter_count > 0
      order by letter_count desc, reason, event_type limit ${MAX_GROUPS}
    ) as counted where "firstSeen" is not null`;
}

/**
 * The time of a group's first or last failure. A null type needs its own subquery, ordered by all columns of
 * the index, because the planner does not treat `is null` as an equality.
 */
function timeOf(sql: Sql, order: ReturnType<Sql>) {
  const inGroup = sql`one.status = 'open' and one.reason = kind.reason`;
  return sql`
    to_char(coalesce(
      (select failed_at from pipeline.dlq_events as one where ${inGroup} and one.event_type = kind.event_type
       order by failed_at ${order} limit 1),
      (select failed_at from pipeline.dlq_events as one where ${inGroup} and one.event_type is null
       order by one.event_type ${order}, failed_at ${order} limit 1)
    ) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}
