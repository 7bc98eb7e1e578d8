import type { EventOf, eventTypes, Registry } from './registry.ts';

const utf8 = new TextEncoder();

/**
 * The bytes of an event: UTF-8 JSON, members in the contract's order. `encodeEvent<typeof types>` takes events of the types
 * of one's own.
 * @throws TypeError when the payload is no JSON
 */
export function encodeEvent<Types extends Registry = typeof eventTypes>(
  event: EventOf<NoInfer<Types>>,
): Uint8Array {
  const { event_id, event_type, event_time, user_id, payload } = event;
  return utf8.encode(JSON.stringify({ event_id, event_type, event_time, user_id, payload }));
}

/** The key of an event's record: what has one key stays in order. */
export function eventKey({ user_id }: { readonly user_id: string }): Uint8Array {
  return utf8.encode(user_id);
}
