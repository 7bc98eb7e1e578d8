import {
  alternatives,
  intersect,
  type Kinds,
  kindsOf,
  requiredParts,
  toColumnType,
  unite,
} from './column-type.ts';
import { asSchema, createResolver, type Resolve, type Schema } from './schema-index.ts';
import type { ColumnType } from './view.ts';

/** A member that a schema of an object declares. */
export interface Member {
  readonly name: string;
  readonly type: ColumnType;
  readonly description: string | null;
  /** The name of the column, if the schema has one of its own: `x-column`. */
  readonly column: string | undefined;
}

/** A member as one part of a schema declares it. */
interface Declared {
  readonly kinds: Kinds;
  readonly description: string | null;
  readonly column: string | undefined;
}

type Members = ReadonlyMap<string, Declared>;

/** The members of a payload, in the order of its schema. None if the schema is not of an object. */
export function membersOf(payload: unknown): readonly Member[] {
  const document = asSchema(payload);
  if (document === undefined) return [];
  const members = findMembers(document, createResolver(document), []);
  return [...members].map(([name, { kinds, ...others }]) => ({ name, type: toColumnType(kinds), ...others }));
}

/**
 * The alternatives of a schema (`anyOf`, `oneOf`) add members. Those that are also declared outside of them
 * keep that type: what one alternative says does not hold in the others.
 */
function findMembers(value: unknown, resolve: Resolve, outer: readonly Schema[]): Members {
  const schema = asSchema(value);
  if (schema === undefined || outer.includes(schema)) return new Map();
  const inner = (part: unknown) => findMembers(part, resolve, [...outer, schema]);
  const properties = Object.entries(asSchema(schema['properties']) ?? {});
  const own = new Map(properties.map(([name, member]) => [name, declare(member, resolve)]));
  const always = merge([own, ...requiredParts(schema, resolve).map(inner)], intersect);
  const sometimes = merge([...alternatives(schema), conditional(schema)].flat().map(inner), unite);
  return new Map([...always, ...[...sometimes].filter(([name]) => !always.has(name))]);
}

function conditional(schema: Schema): readonly unknown[] {
  const { then: fitting, else: others, dependentSchemas } = schema;
  return [fitting, others, ...Object.values(asSchema(dependentSchemas) ?? {})];
}

function declare(member: unknown, resolve: Resolve): Declared {
  const schema = asSchema(member);
  const column = schema?.['x-column'];
  return {
    kinds: kindsOf(member, resolve),
    description: describe(member, resolve),
    column: typeof column === 'string' ? column : undefined,
  };
}

/** The description or the title of a schema, or else of the one that it refers to. */
export function describe(value: unknown, resolve: Resolve, outer: readonly Schema[] = []): string | null {
  const schema = asSchema(value);
  if (schema === undefined || outer.includes(schema)) return null;
  const own = [schema['description'], schema['title']].find((one) => typeof one === 'string');
  if (own !== undefined) return storable(own);
  const parts = requiredParts(schema, resolve).map((part) => describe(part, resolve, [...outer, schema]));
  return parts.find((text) => text !== null) ?? null;
}

/** Postgres stores neither NUL nor unpaired surrogates. */
function storable(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}

function merge(all: readonly Members[], combine: (kinds: readonly Kinds[]) => Kinds): Members {
  const names = new Set(all.flatMap((members) => [...members.keys()]));
  return new Map(
    [...names].map((name) => {
      const declared = all.flatMap((members) => members.get(name) ?? []);
      const first = <Key extends keyof Declared>(key: Key) => declared.find((one) => one[key] != null)?.[key];
      return [
        name,
        {
          kinds: combine(declared.map(({ kinds }) => kinds)),
          description: first('description') ?? null,
          column: first('column'),
        },
      ];
    }),
  );
}
