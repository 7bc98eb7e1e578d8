import type { NoEvent } from './envelope.ts';

/** A record that is no event by design. @param message a verb and what it is, such as "is a tombstone" */
export function noEvent(message: string): NoEvent {
  return { ok: false, reason: null, message, path: '', eventType: null };
}
