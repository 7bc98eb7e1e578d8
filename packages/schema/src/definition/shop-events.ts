import { strictNativeEnvelope } from '../envelopes/native.ts';
import { eventTypes } from '../registry.ts';
import { sum } from '../rollups/declare-rollup.ts';
import { compileOnUse } from '../validate.ts';
import type { EventDefinition, EventOf, Registry } from './definition.ts';

/** The built-in definition: events of a shop. The default of every program. */
export const shopEvents: EventDefinition<typeof eventTypes, string> = {
  envelope: strictNativeEnvelope,
  types: eventTypes,
  validators: Object.fromEntries(
    Object.entries(eventTypes).map(([name, payload]) => [name, compileOnUse(payload)]),
  ),
  unknownTypes: 'dead-letter',
  rollups: { purchase: { revenue: sum('/amount').by('/currency').per('1 hour') } },
};

/** An event of any type of a definition; by default of the built-in one. */
export type Event<Definition extends EventDefinition = typeof shopEvents> =
  Definition extends EventDefinition<infer Types extends Registry, infer User> ? EventOf<Types, User> : never;
