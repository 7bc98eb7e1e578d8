import type { Reason } from '@pipeline/schema';

/** What each reason of a dead letter means. */
export const reasons: Readonly<Record<Reason, string>> = {
  empty: 'empty value',
  too_large: 'larger than EVENT_MAX_BYTES',
  not_utf8: 'not valid UTF-8',
  not_json: 'not valid JSON',
  not_an_event: 'required field missing or invalid',
  unknown_event_type: 'unknown event type',
  invalid_payload: 'payload does not match the schema of its type',
  refused_by_database: 'rejected by Postgres',
  conflicting_event: 'differs from the stored event with its id',
};

/** What a reason means; empty if this page is older than the reason. */
export const describeReason = (reason: string) =>
  Object.hasOwn(reasons, reason) ? reasons[reason as Reason] : '';
