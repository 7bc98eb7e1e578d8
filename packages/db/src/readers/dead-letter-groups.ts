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

/** Selects the open dead letters in groups by what is wrong with them, the most frequent first. */
export function selectDeadLetterGroups(sql: Sql) {
  return sql`
    select reason, event_type as "eventType", count(*)::text as count,
           to_char(min(failed_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "firstSeen",
           to_char(max(failed_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "lastSeen"
    from dlq_events where status = 'open'
    group by reason, event_type order by count(*) desc, reason, event_type`;
}
