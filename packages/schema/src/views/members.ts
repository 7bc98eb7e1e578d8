import {
  alternatives,
  findKinds,
  intersect,
  type Kinds,
  requiredParts,
  toColumnType,
  unite,
} from './column-type.ts';
import { asSchema, createResolver, type Resolve, type Schema } from './schema-index.ts';
import type { ColumnType } from './view.ts';
import { visitSchemas } from './visit-schemas.ts';

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
  const members = findMembers(createResolver(document))(document);
  return [...members].map(([name, { kinds, ...others }]) => ({ name, type: toColumnType(kinds), ...others }));
}

/**
 * The alternatives of a schema (`anyOf`, `oneOf`) add members. Those that are also declared outside of them
 * keep that type: what one alternative says does not hold in the others.
 */
function findMembers(resolve: Resolve): (value: unknown) => Members {
  const declare = declareWith(resolve);
  return visitSchemas<Members>(new Map(), (schema, visit) => {
    const properties = Object.entries(asSchema(schema['properties']) ?? {});
    const own = new Map(properties.map(([name, member]) => [name, declare(member)]));
    const always = merge([own, ...requiredParts(schema, resolve).map(visit)], intersect);
    const sometimes = merge([...alternatives(schema), conditional(schema)].flat().map(visit), unite);
    return new Map([...always, ...[...sometimes].filter(([name]) => !always.has(name))]);
  });
}

function conditional(schema: Schema): readonly unknown[] {
  const { then: fitting, else: others, dependentSchemas } = schema;
  return [fitting, others, ...Object.values(asSchema(dependentSchemas) ?? {})];
}

function declareWith(resolve: Resolve): (member: unknown) => Declared {
  const [kindsOf, describe] = [findKinds(resolve), findDescriptions(resolve)];
  return (member) => {
    const column = asSchema(member)?.['x-column'];
    return {
      kinds: kindsOf(member),
      description: describe(member),
      column: typeof column === 'string' ? column : undefined,
    };
  };
}

/** The description or the title of a schema, or else of the one that it refers to. */
export function findDescriptions(resolve: Resolve): (value: unknown) => string | null {
  return visitSchemas<string | null>(null, (schema, visit) => {
    const own = [schema['description'], schema['title']].find((one) => typeof one === 'string');
    if (own !== undefined) return storable(own);
    const parts = requiredParts(schema, resolve).map(visit);
    return parts.find((text) => text !== null) ?? null;
  });
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
