import { toEventSchema, toJsonSchema } from '../json-schema.ts';
import { eventTypes, type Registry } from '../registry.ts';
import { describeTopics } from './asyncapi.ts';

/** What the schemas are called, whatever place they are read from. */
const ID = 'urn:pipeline:event';

/** Files that are not of one type. */
const otherNames = ['event', 'asyncapi'];

/**
 * The files of `schemas/`, by their names: an event of any type, an event of each, and both topics.
 * @param version of the package
 * @throws Error when a type is called as another file is
 */
export function renderSchemaFiles(
  version: string,
  registry: Registry = eventTypes,
): ReadonlyMap<string, string> {
  const types = Object.entries(registry);
  const clash = otherNames.find((name) => Object.hasOwn(registry, name));
  if (clash !== undefined)
    throw new Error(`no event type may be called ${clash}: schemas/${clash}.json is another file`);
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
