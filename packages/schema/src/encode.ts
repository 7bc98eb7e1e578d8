import type { EventOf, eventTypes, Registry } from './registry.ts';

const utf8 = new TextEncoder();

/**
 * Encodes an event as UTF-8 JSON, members in the contract's order. For custom types, use
 * `encodeEvent<typeof types>`.
 * @throws TypeError if the payload cannot be serialized as JSON
 */
export function encodeEvent<Types extends Registry = typeof eventTypes>(
  event: EventOf<NoInfer<Types>>,
): Uint8Array {
  const { event_id, event_type, event_time, user_id, payload } = event;
  return utf8.encode(JSON.stringify({ event_id, event_type, event_time, user_id, payload }));
}

/** The record key of an event: its `user_id`, so that Kafka keeps the events of a user in order. */
export function eventKey({ user_id }: { readonly user_id: string }): Uint8Array {
  return utf8.encode(user_id);
}
