import { toEventSchema, toJsonSchema } from '../json-schema.ts';
import { eventTypes } from '../registry.ts';
import { describeTopics } from './asyncapi.ts';

/** What the schemas are called, whatever place they are read from. */
const ID = 'urn:pipeline:event';

/**
 * The files of `schemas/`, by their names: an event of any type, an event of each, and both topics.
 * @param version of the package
 */
export function renderSchemaFiles(version: string): ReadonlyMap<string, string> {
  const types = Object.entries(eventTypes);
  return new Map(
    [
      ['event', { $id: ID, title: 'An event of any type', ...toJsonSchema(eventTypes) }] as const,
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
