/** Why a record cannot be stored as an event: the closed list. `refused_by_database` is decided by Postgres, the others here. */
export const reasons = [
  'empty',
  'too_large',
  'not_utf8',
  'not_json',
  'not_an_event',
  'unknown_event_type',
  'invalid_payload',
  'refused_by_database',
] as const;

export type Reason = (typeof reasons)[number];

/** What is wrong with a record, for a person to read: no value of the record, only names that the schemas know. */
export interface Rejection {
  readonly ok: false;
  readonly reason: Reason;
  readonly message: string;
  /** JSON Pointer (RFC 6901) to the member at fault; '' is the whole record. */
  readonly path: string;
  /** The event's type where the record says one that could be read. */
  readonly eventType: string | null;
}

/** A rejection for a reason; `path` is where in the record, '' for all of it. */
export function reject(
  reason: Reason,
  message: string,
  path = '',
  eventType: string | null = null,
): Rejection {
  return { ok: false, reason, message, path, eventType };
}
