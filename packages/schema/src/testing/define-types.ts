import { createDecoder } from '../decode.ts';
import { defineEvents, eventType } from '../definition/define-events.ts';
import type { EventDefinition, Registry } from '../definition/definition.ts';
import type { DecodeLimits } from '../envelopes/envelope.ts';

/** A definition of native events with these types. */
export function defineTypes<Types extends Registry>(types: Types): EventDefinition<Types, string> {
  const named = Object.entries(types).map(([name, payload]) => eventType(name, payload));
  return { ...defineEvents({ types: named }), types };
}

/** A decoder of record values with native events of these types. */
export function decoderOf<Types extends Registry>(types: Types) {
  const decode = createDecoder(defineTypes(types));
  return (bytes: Uint8Array | null, limits?: DecodeLimits) => decode({ value: bytes }, undefined, limits);
}
