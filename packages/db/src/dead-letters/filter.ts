import type { Sql } from '../client/connect.ts';

export const deadLetterStatuses = ['open', 'redriven', 'discarded'] as const;
export type DeadLetterStatus = (typeof deadLetterStatuses)[number];

/** Selects dead letters that match all given conditions. */
export interface DeadLetterFilter {
  readonly ids?: readonly bigint[] | undefined;
  readonly status?: DeadLetterStatus | undefined;
  /** The topic of the original record. */
  readonly topic?: string | undefined;
  readonly reason?: string | undefined;
  /** Null selects dead letters without an event type. */
  readonly eventType?: string | null | undefined;
  /** Failed at this time or later. */
  readonly since?: Date | undefined;
  /** Failed before this time. */
  readonly until?: Date | undefined;
  /** Substring of the detail. */
  readonly contains?: string | undefined;
  /** Ids greater than this one. */
  readonly after?: bigint | undefined;
  /** Ids up to this one; excludes dead letters that arrive during the operation. */
  readonly upTo?: bigint | undefined;
  /** Minimum redrive count. */
  readonly redriven?: number | undefined;
}

/** The condition for a `where` clause. */
export function matches(sql: Sql, filter: DeadLetterFilter) {
  const { ids, status, topic, reason, eventType, since, until, contains, after, upTo, redriven } = filter;
  return sql`true
    ${ids === undefined ? sql`` : sql`and dlq_id = any(${`{${ids.join(',')}}`}::bigint[])`}
    ${status === undefined ? sql`` : sql`and status = ${status}`}
    ${topic === undefined ? sql`` : sql`and source_topic = ${topic}`}
    ${reason === undefined ? sql`` : sql`and reason = ${reason}`}
    ${eventType === undefined ? sql`` : eventType === null ? sql`and event_type is null` : sql`and event_type = ${eventType}`}
    ${since === undefined ? sql`` : sql`and failed_at >= ${since.toISOString()}::timestamptz`}
    ${until === undefined ? sql`` : sql`and failed_at < ${until.toISOString()}::timestamptz`}
    ${contains === undefined ? sql`` : sql`and position(${contains} in detail) > 0`}
    ${after === undefined ? sql`` : sql`and dlq_id > ${after}`}
    ${upTo === undefined ? sql`` : sql`and dlq_id <= ${upTo}`}
    ${redriven === undefined ? sql`` : sql`and redrive_count >= ${redriven}`}`;
}
