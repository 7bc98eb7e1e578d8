import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';

/** A JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The drafts of JSON Schema that are supported. */
export type Dialect = 'draft-07' | '2020-12';

/** A JSON Schema in a file. */
export interface SchemaFile {
  /** From the folder, such as `order.json` or `common/money.json`. */
  readonly path: string;
  /** The path as a URI: what relative references are resolved from without an `$id`. */
  readonly location: string;
  /** The `$id`, absolute and without a fragment; the location if there is none. Without `%`: Ajv decodes it. */
  readonly uri: string;
  /** Undefined without `$schema`. */
  readonly dialect: Dialect | undefined;
  readonly schema: JsonObject;
}

/** Contains no path of the machine, because it appears in errors and generated schemas. */
const ROOT = 'events:///';

const dialects: readonly (readonly [Dialect, RegExp])[] = [
  ['draft-07', /^https?:\/\/json-schema\.org\/draft-07\/schema#?$/],
  ['2020-12', /^https?:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/],
];

/**
 * The paths of the JSON files in a folder and its subfolders, sorted. Hidden ones are left out: a mounted
 * ConfigMap keeps a second copy of its files in them.
 */
export function listSchemas(folder: string): readonly string[] {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const visible = paths.filter((path) => !path.split(sep).some((name) => name.startsWith('.')));
  return visible.filter((path) => path.endsWith('.json')).sort();
}

/** Reads a schema. @throws Error that describes what is wrong with it */
export function readSchema(folder: string, path: string): SchemaFile {
  return toSchemaFile(path, JSON.parse(readFileSync(join(folder, path), 'utf8')));
}

/** The file of a schema. @throws Error that describes what is wrong with it */
export function toSchemaFile(path: string, value: unknown): SchemaFile {
  const schema = toObject(value);
  const location = new URL(path.split(sep).map(encodeURIComponent).join('/'), ROOT).href;
  const uri = baseOf(schema, location).replaceAll('%', '~');
  return { path, location, uri, dialect: dialectOf(schema), schema };
}

/** A schema may also be a boolean: anything, or nothing. */
function toObject(value: unknown): JsonObject {
  if (value === true) return {};
  if (value === false) return { not: {} };
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new Error('is not a JSON Schema, which is an object, true or false');
}

/** The URI that references in a schema are resolved from; an `$id` of only a fragment is an anchor. */
export function baseOf({ $id }: JsonObject, outer: string): string {
  return typeof $id === 'string' ? withoutFragment(URL.parse($id, outer)?.href ?? outer) : outer;
}

/** A URI without its fragment. */
export function withoutFragment(uri: string): string {
  return uri.replace(/#.*$/, '');
}

function dialectOf({ $schema }: JsonObject): Dialect | undefined {
  if ($schema === undefined) return undefined;
  const found = dialects.find(([, uri]) => uri.test(String($schema)));
  if (found !== undefined) return found[0];
  throw new Error(`$schema ${JSON.stringify($schema)} is not supported, only draft-07 and 2020-12`);
}
