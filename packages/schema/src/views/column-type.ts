import type { Resolve, Schema } from './schema-index.ts';
import type { ColumnType } from './view.ts';
import { visitSchemas } from './visit-schemas.ts';

/** The column types of a schema's values other than null; `any` if the schema does not limit them. */
export type Kinds = ReadonlySet<ColumnType> | 'any';

const kindOfType: Readonly<Record<string, ColumnType | undefined>> = {
  string: 'text',
  integer: 'bigint',
  number: 'numeric',
  boolean: 'boolean',
  object: 'jsonb',
  array: 'jsonb',
};

/** Types whose values are also values of another one. */
const widerOf: Readonly<Record<string, ColumnType | undefined>> = { bigint: 'numeric', timestamptz: 'text' };

/** The type of a column for values of these kinds; `jsonb` if no other type holds all of them. */
export function toColumnType(kinds: Kinds): ColumnType {
  if (kinds === 'any') return 'jsonb';
  const widest = [...kinds].filter((kind) => !has(kinds, widerOf[kind]));
  return widest.length === 1 ? (widest[0] ?? 'jsonb') : 'jsonb';
}

/** What a schema accepts, by its `type`, or else by its `enum` or `const`, because an `enum` may be extended. */
export function findKinds(resolve: Resolve): (value: unknown) => Kinds {
  return visitSchemas<Kinds>('any', (schema, visit) => {
    const kinds = intersect([
      ownKinds(schema),
      ...requiredParts(schema, resolve).map(visit),
      ...alternatives(schema).map((parts) => unite(parts.map(visit))),
    ]);
    const isTime = schema['format'] === 'date-time' && kinds !== 'any';
    return isTime ? new Set([...kinds].map((kind) => (kind === 'text' ? 'timestamptz' : kind))) : kinds;
  });
}

/** The schemas that a value of a schema must also fit. */
export function requiredParts(schema: Schema, resolve: Resolve): readonly unknown[] {
  const references = [schema['$ref'], schema['$dynamicRef']].filter((one) => typeof one === 'string');
  return [...references.map((one) => resolve(one, schema)), ...listOf(schema['allOf'])];
}

/** Lists of schemas; a value must fit at least one of each list. */
export function alternatives(schema: Schema): readonly (readonly unknown[])[] {
  return ['anyOf', 'oneOf'].map((keyword) => listOf(schema[keyword])).filter((parts) => parts.length > 0);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function ownKinds({ type, ...schema }: Schema): Kinds {
  if (type !== undefined) {
    const types = [type].flat().map((name) => kindOfType[String(name)]);
    return new Set(types.filter((kind) => kind !== undefined));
  }
  if ('const' in schema) return new Set(kindOfValue(schema['const']));
  const values = schema['enum'];
  return Array.isArray(values) ? new Set(values.flatMap(kindOfValue)) : 'any';
}

function kindOfValue(value: unknown): readonly ColumnType[] {
  if (value === null) return [];
  if (typeof value === 'number') return [Number.isInteger(value) ? 'bigint' : 'numeric'];
  return [kindOfType[typeof value] ?? 'jsonb'];
}

/** What is accepted by all. */
export function intersect(all: readonly Kinds[]): Kinds {
  return all.reduce<Kinds>((one, other) => {
    if (one === 'any') return other;
    if (other === 'any') return one;
    return new Set([...narrower(one, other), ...narrower(other, one)]);
  }, 'any');
}

/** Those whose values are among the others. */
function narrower(some: ReadonlySet<ColumnType>, others: Kinds): readonly ColumnType[] {
  return [...some].filter((kind) => has(others, kind) || has(others, widerOf[kind]));
}

/** What is accepted by at least one. */
export function unite(all: readonly Kinds[]): Kinds {
  const limited = all.filter((kinds) => kinds !== 'any');
  return limited.length < all.length ? 'any' : new Set(limited.flatMap((kinds) => [...kinds]));
}

function has(kinds: Kinds, kind: ColumnType | undefined): boolean {
  return kinds !== 'any' && kind !== undefined && kinds.has(kind);
}
