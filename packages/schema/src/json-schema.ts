import { type TSchema, Type } from '@sinclair/typebox';
import { envelope } from './envelope.ts';
import { eventTypes, type Registry } from './registry.ts';

/** The JSON Schema of an event of any registered type, in keywords that draft-07 and 2020-12 share. */
export const eventJsonSchema: TSchema = toJsonSchema(eventTypes);

/** The JSON Schema of an event of any type of a registry. */
export function toJsonSchema(types: Registry): TSchema {
  const alternatives = Object.entries(types).map(([name, payload]) =>
    Type.Object(
      { ...envelope.properties, event_type: Type.Literal(name), payload },
      { additionalProperties: false },
    ),
  );
  return Type.Union(alternatives);
}
