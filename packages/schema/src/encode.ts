import type { Event } from './registry.ts';

const utf8 = new TextEncoder();

/** The bytes of an event: UTF-8 JSON, members in the contract's order. @throws TypeError when the payload is no JSON */
export function encodeEvent({ event_id, event_type, event_time, user_id, payload }: Event): Uint8Array {
  return utf8.encode(JSON.stringify({ event_id, event_type, event_time, user_id, payload }));
}

/** The key of an event's record: what has one key stays in order. */
export function eventKey({ user_id }: Pick<Event, 'user_id'>): Uint8Array {
  return utf8.encode(user_id);
}
