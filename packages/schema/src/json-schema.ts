import * as Type from '@sinclair/typebox/type';
import type { EventDefinition } from './definition/definition.ts';
import { shopEvents } from './definition/shop-events.ts';

/** The JSON Schema of an event of any built-in type. Uses only keywords that draft-07 and 2020-12 share. */
export const eventJsonSchema: Type.TSchema = toJsonSchema(shopEvents);

/** The JSON Schema of a record's value with an event of any type of a definition. */
export function toJsonSchema({ envelope, types }: EventDefinition): Type.TSchema {
  return Type.Union(Object.entries(types).map(([name, payload]) => envelope.describe(name, payload)));
}
