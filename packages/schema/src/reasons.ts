/**
 * The closed list of reasons to reject a record. `refused_by_database` is decided by Postgres, and
 * `conflicting_event` by comparing an event with the stored one that has its id.
 */
export const reasons = [
  'empty',
  'too_large',
  'not_utf8',
  'not_json',
  'not_an_event',
  'unknown_event_type',
  'invalid_payload',
  'refused_by_database',
  'conflicting_event',
] as const;

export type Reason = (typeof reasons)[number];

/** Why a record was rejected. Contains no value of the record, and only names that the schemas declare. */
export interface Rejection {
  readonly ok: false;
  readonly reason: Reason;
  readonly message: string;
  /** JSON Pointer (RFC 6901) to the invalid member; '' is the whole record. */
  readonly path: string;
  /** The record's `event_type` if it is a valid type name, registered or not. */
  readonly eventType: string | null;
}

/** Creates a rejection. */
export function reject(
  reason: Reason,
  message: string,
  path = '',
  eventType: string | null = null,
): Rejection {
  return { ok: false, reason, message, path, eventType };
}
