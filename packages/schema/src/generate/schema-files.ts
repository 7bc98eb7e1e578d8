import type { EventDefinition } from '../definition/definition.ts';
import { shopEvents } from '../definition/shop-events.ts';
import { toJsonSchema } from '../json-schema.ts';
import { describeTopics } from './asyncapi.ts';

/** Prefix of the schemas' `$id`s. A URN, because they are not served from a fixed location. */
const ID = 'urn:pipeline:event';

/** Files that do not describe a single type. */
const reservedNames = ['event', 'asyncapi'];

/**
 * The files of `schemas/` by name: events of any type, events of each type, and the AsyncAPI document.
 * @param version version of the package
 * @throws Error if a type has a reserved name
 */
export function renderSchemaFiles(
  version: string,
  definition: EventDefinition = shopEvents,
): ReadonlyMap<string, string> {
  const types = Object.entries(definition.types);
  const clash = reservedNames.find((name) => Object.hasOwn(definition.types, name));
  if (clash !== undefined)
    throw new Error(`an event type must not be named ${clash}: schemas/${clash}.json is reserved`);
  return new Map(
    [
      ['event', { $id: ID, title: 'An event of any type', ...toJsonSchema(definition) }] as const,
      ...types.map(
        ([name, payload]) =>
          [
            name,
            { $id: `${ID}:${name}`, title: name, ...definition.envelope.describe(name, payload) },
          ] as const,
      ),
      [
        'asyncapi',
        describeTopics(
          version,
          types.map(([name]) => name),
        ),
      ] as const,
    ].map(([name, content]) => [`${name}.json`, `${JSON.stringify(content, null, 2)}\n`]),
  );
}
