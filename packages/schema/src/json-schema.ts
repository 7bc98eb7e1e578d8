import * as Type from '@sinclair/typebox/type';
import { envelope } from './envelope.ts';
import { portable } from './portable.ts';
import { eventTypes, type Registry } from './registry.ts';

/** The JSON Schema of an event of any registered type. Uses only keywords that draft-07 and 2020-12 share. */
export const eventJsonSchema: Type.TSchema = toJsonSchema(eventTypes);

/** The JSON Schema of an event of any type of a registry. */
export function toJsonSchema(types: Registry): Type.TSchema {
  return Type.Union(Object.entries(types).map(([name, payload]) => toEventSchema(name, payload)));
}

/** The JSON Schema of an event of one type. `event_type` comes first, so that other types fail early. */
export function toEventSchema(name: string, payload: Type.TObject): Type.TSchema {
  const { event_id, event_time, user_id } = envelope.properties;
  const properties = { event_type: Type.Literal(name), event_id, event_time, user_id, payload };
  return portable(Type.Object(properties, { additionalProperties: false }));
}
