import { exampleNumber, exampleText } from './example-scalar.ts';
import { flatten, isObject, listOf, type Schema } from './flatten.ts';

export interface ExampleOptions {
  /** Which alternative to take of each `enum`, `oneOf` and `anyOf`, counted from 0. */
  readonly choice: number;
  /** The schema that a `$ref` names; undefined if there is none. */
  readonly resolve: (ref: string) => unknown;
}

/** From this depth on, objects have only the members, and arrays only the items, that they must have. */
const FULL_DEPTH = 5;
/** A schema that requires itself has no example. */
const MAX_DEPTH = 50;

/**
 * A value for a JSON Schema, always the same one. Every member that the schema declares has a value. Keywords
 * such as `not` and `if` are ignored, so the value may be invalid: validate it.
 * @throws Error that names the pattern or reference that has no example
 */
export function exampleValue(schema: unknown, options: ExampleOptions, depth = 0): unknown {
  if (depth > MAX_DEPTH) throw new Error('the schema requires itself');
  const { choice, resolve } = options;
  const flat = flatten(schema, choice, resolve);
  const given = [listOf(flat['examples']), listOf(flat['enum'])].find((values) => values.length > 0);
  if (given !== undefined) return given[choice % given.length];
  if ('const' in flat) return flat['const'];
  if ('default' in flat) return flat['default'];
  const type = typeOf(flat);
  if (type === 'object') return exampleObject(flat, options, depth);
  if (type === 'array') return exampleArray(flat, options, depth);
  if (type === 'integer' || type === 'number') return exampleNumber(flat, choice);
  if (type === 'boolean') return choice % 2 === 0;
  return type === 'null' ? null : exampleText(flat, choice);
}

/** The first type that is not null, or the one that the keywords imply. */
function typeOf(schema: Schema): unknown {
  const types = [schema['type']].flat().filter((type) => type !== undefined);
  if (types.length > 0) return types.find((type) => type !== 'null') ?? 'null';
  const implied = Object.entries(impliedTypes).find(([, keywords]) => keywords.some((one) => one in schema));
  return implied?.[0] ?? 'object';
}

const impliedTypes: Readonly<Record<string, readonly string[]>> = {
  object: ['properties', 'required', 'additionalProperties', 'patternProperties', 'minProperties'],
  array: ['items', 'prefixItems', 'minItems', 'maxItems', 'contains', 'uniqueItems'],
  string: ['pattern', 'format', 'minLength', 'maxLength'],
  number: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
};

function exampleObject(schema: Schema, options: ExampleOptions, depth: number): unknown {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const required = listOf(schema['required']).map(String);
  const optional = Object.keys(properties).filter((name) => properties[name] !== false);
  const names = depth < FULL_DEPTH ? [...optional, ...required] : required;
  const members = [...new Set(names)].map((name) => [
    name,
    exampleValue(properties[name] ?? {}, options, depth + 1),
  ]);
  return Object.fromEntries(members);
}

/** Items differ by their choice, in case that they must be unique. */
function exampleArray(schema: Schema, options: ExampleOptions, depth: number): unknown {
  const { items, prefixItems, contains, minItems, maxItems } = schema;
  const first = Array.isArray(items) ? items : listOf(prefixItems);
  const usual = depth < FULL_DEPTH && items !== false ? Math.max(1, first.length) : first.length;
  const length = Math.min(
    Math.max(usual, Number(minItems ?? 0)),
    Number(maxItems ?? Number.POSITIVE_INFINITY),
  );
  const others = contains ?? (Array.isArray(items) ? {} : (items ?? {}));
  return Array.from({ length }, (_, index) => {
    const choice = options.choice + Math.max(0, index - first.length);
    return exampleValue(first[index] ?? others, { ...options, choice }, depth + 1);
  });
}
