import * as Type from '@sinclair/typebox/type';
import fc from 'fast-check';
import { createDecoder } from '../decode.ts';
import type { EventDefinition } from '../definition/definition.ts';
import { encode } from '../definition/encode-record.ts';
import { shopEvents } from '../definition/shop-events.ts';
import type { AnyEvent } from '../envelopes/envelope.ts';
import { createRandom } from '../testing/create-random.ts';
import { toBytes, writeEvent } from '../testing/event-text.ts';
import { mixedEvents } from '../testing/mixed-events.ts';

const utf8 = new TextDecoder();
const TRIES = 2_000;
const SEED = 1;

/**
 * Twenty valid events of a type as JSON, always the same ones: from the tests' samples if they have any of
 * this type, otherwise generated from the schema.
 * @throws Error if none can be generated
 */
export function keptEvents(type: string, definition: EventDefinition = shopEvents): readonly string[] {
  const decode = createDecoder(definition);
  const isAccepted = (text: string) => {
    const result = decode({ value: toBytes(text) });
    return result.ok && result.event.event_type === type;
  };
  const written = mixedEvents(createRandom(SEED)).take(TRIES).filter(isAccepted).take(20).toArray();
  const texts =
    written.length > 0 ? written : describedEvents(type, definition).filter(isAccepted).slice(0, 20);
  if (texts.length === 0) throw new Error(`cannot generate events of type ${type} from its schema`);
  return texts;
}

/** Written in the definition's envelope. The values of `valid` are those of the tests' events. */
function describedEvents(type: string, definition: EventDefinition): readonly string[] {
  const { [type]: schema = Type.Object({}) } = definition.types;
  const valid: AnyEvent = JSON.parse(writeEvent());
  return fc
    .sample(valuesOf(schema), { numRuns: 200, seed: SEED })
    .map((payload) => utf8.decode(encode(definition, { ...valid, event_type: type, payload }).value));
}

/** Values that match a schema, as far as its keywords are supported here; callers filter the rest. */
function valuesOf(schema: Type.TSchema): fc.Arbitrary<unknown> {
  const { minimum: min, maximum: max, minLength, maxLength, minItems, maxItems } = schema;
  if (schema['const'] !== undefined) return fc.constant(schema['const']);
  if (schema['enum'] !== undefined) return fc.constantFrom(...schema['enum']);
  if (schema['anyOf'] !== undefined) return fc.oneof(...schema['anyOf'].map(valuesOf));
  if (schema['pattern'] !== undefined) return fc.stringMatching(new RegExp(schema['pattern'], 'u'));
  const { type, items = {} } = schema;
  if (type === 'object') return objectsOf(schema);
  if (type === 'array') return fc.array(valuesOf(items), { minLength: minItems, maxLength: maxItems });
  if (type === 'integer') return fc.integer({ min, max });
  if (type === 'number') return fc.double({ min, max, noNaN: true, noDefaultInfinity: true });
  return type === 'string' ? fc.string({ minLength, maxLength }) : fc.jsonValue();
}

function objectsOf({ properties = {}, required = [] }: Type.TSchema): fc.Arbitrary<unknown> {
  const members = Object.entries<Type.TSchema>(properties).map(([name, member]) => [name, valuesOf(member)]);
  return fc.record(Object.fromEntries(members), { requiredKeys: required });
}
