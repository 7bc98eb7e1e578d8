import { toJsonSchema } from '../json-schema.ts';
import { describeTopics, fileName } from './asyncapi.ts';
import type { EventDefinition } from './definition.ts';
import { shopEvents } from './shop-events.ts';

/** Prefix of the schemas' `$id`s. A URN, because they are not served from a fixed location. */
const ID = 'urn:pipeline:event';

/** Files that do not describe a single type. */
const reservedNames = ['event', 'asyncapi'];

/**
 * JSON Schemas of the records of a definition, and an AsyncAPI document, as files by name: events of any type,
 * events of each type, and both topics.
 * @param version of the definition; of the package, for the built-in one
 * @throws Error if a type has a reserved name
 */
export function renderSchemaFiles(
  version: string,
  definition: EventDefinition = shopEvents,
): ReadonlyMap<string, string> {
  const { envelope, types } = definition;
  const names = Object.keys(types);
  const clash = reservedNames.find((name) => names.includes(name));
  if (clash !== undefined)
    throw new Error(`an event type must not be named ${clash}: schemas/${clash}.json is reserved`);
  const schemas = Object.entries(types).map(
    ([name, payload]) =>
      [
        fileName(name),
        { $id: `${ID}:${encodeURIComponent(name)}`, title: name, ...envelope.describe(name, payload) },
      ] as const,
  );
  const all = { $id: ID, title: 'An event of any type', ...toJsonSchema(definition) };
  const files = [
    ['event', all] as const,
    ...schemas,
    ['asyncapi', describeTopics(version, definition)] as const,
  ];
  return new Map(files.map(([name, content]) => [`${name}.json`, `${JSON.stringify(content, null, 2)}\n`]));
}
