import type { Sql } from '../connect.ts';

export const deadLetterStatuses = ['open', 'redriven', 'discarded'] as const;
export type DeadLetterStatus = (typeof deadLetterStatuses)[number];

/** Which dead letters are meant: those that match all that is given. */
export interface DeadLetterFilter {
  readonly ids?: readonly bigint[] | undefined;
  readonly status?: DeadLetterStatus | undefined;
  readonly reason?: string | undefined;
  /** Null means those without one. */
  readonly eventType?: string | null | undefined;
  /** Letters that failed at this moment or later. */
  readonly since?: Date | undefined;
  /** Letters that failed before this moment. */
  readonly until?: Date | undefined;
  /** A text that what is wrong with them contains. */
  readonly contains?: string | undefined;
  /** Letters that are younger than the one with this id. */
  readonly after?: bigint | undefined;
  /** Letters that are no younger than the one with this id: what fails while work goes on is not meant. */
  readonly upTo?: bigint | undefined;
  /** Letters that were redriven so often, or more often. */
  readonly redriven?: number | undefined;
}

/** The condition of a `where`. */
export function matches(sql: Sql, filter: DeadLetterFilter) {
  const { ids, status, reason, eventType, since, until, contains, after, upTo, redriven } = filter;
  return sql`true
    ${ids === undefined ? sql`` : sql`and dlq_id = any(${`{${ids.join(',')}}`}::bigint[])`}
    ${status === undefined ? sql`` : sql`and status = ${status}`}
    ${reason === undefined ? sql`` : sql`and reason = ${reason}`}
    ${eventType === undefined ? sql`` : eventType === null ? sql`and event_type is null` : sql`and event_type = ${eventType}`}
    ${since === undefined ? sql`` : sql`and failed_at >= ${since.toISOString()}::timestamptz`}
    ${until === undefined ? sql`` : sql`and failed_at < ${until.toISOString()}::timestamptz`}
    ${contains === undefined ? sql`` : sql`and position(${contains} in detail) > 0`}
    ${after === undefined ? sql`` : sql`and dlq_id > ${after}`}
    ${upTo === undefined ? sql`` : sql`and dlq_id <= ${upTo}`}
    ${redriven === undefined ? sql`` : sql`and redrive_count >= ${redriven}`}`;
}
