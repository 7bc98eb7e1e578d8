import type { EventOf, Registry } from './definition/definition.ts';
import type { AnyEvent } from './envelopes/envelope.ts';
import type { eventTypes } from './registry.ts';

const utf8 = new TextEncoder();

/**
 * Encodes a native event as UTF-8 JSON, members in the contract's order. For other types than the built-in
 * ones, use `encode`.
 * @throws TypeError if the payload cannot be serialized as JSON
 */
export function encodeEvent<Types extends Registry = typeof eventTypes>(
  event: EventOf<NoInfer<Types>>,
): Uint8Array {
  const { event_id, event_type, event_time, user_id, payload } = event;
  return utf8.encode(JSON.stringify({ event_id, event_type, event_time, user_id, payload }));
}

/** Like `encodeEvent`, but writes other members too, so that a decoder rejects them. */
export function encodeNative(event: AnyEvent<string>): Uint8Array {
  const { event_id, event_type, event_time, user_id, payload, ...others } = event;
  return utf8.encode(JSON.stringify({ event_id, event_type, event_time, user_id, payload, ...others }));
}

/** The record key of an event: its `user_id`, so that Kafka keeps the events of a user in order. */
export function eventKey({ user_id }: { readonly user_id: string }): Uint8Array {
  return utf8.encode(user_id);
}
