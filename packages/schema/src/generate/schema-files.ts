import { toEventSchema, toJsonSchema } from '../json-schema.ts';
import { eventTypes, type Registry } from '../registry.ts';
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
  registry: Registry = eventTypes,
): ReadonlyMap<string, string> {
  const types = Object.entries(registry);
  const clash = reservedNames.find((name) => Object.hasOwn(registry, name));
  if (clash !== undefined)
    throw new Error(`an event type must not be named ${clash}: schemas/${clash}.json is reserved`);
  return new Map(
    [
      ['event', { $id: ID, title: 'An event of any type', ...toJsonSchema(registry) }] as const,
      ...types.map(
        ([name, payload]) =>
          [name, { $id: `${ID}:${name}`, title: name, ...toEventSchema(name, payload) }] as const,
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
