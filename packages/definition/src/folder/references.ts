import { baseOf, type JsonObject, type SchemaFile, withoutFragment } from './schema-file.ts';

/** A schema whose references are absolute. */
export interface ResolvedSchema {
  readonly schema: JsonObject;
  /** The files that the references lead to. */
  readonly targets: ReadonlySet<SchemaFile>;
  /** References that lead to no file. */
  readonly missing: readonly string[];
}

/** Keywords whose value refers to a schema. */
const references = new Set(['$ref', '$dynamicRef']);

/** Keywords whose value is data. */
const data = new Set(['const', 'enum', 'default', 'examples']);

/** Keywords whose value has schemas by names, which may be those of keywords. */
const maps = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
  'dependencies',
]);

/** The schemas of the specification itself, which every validator has. */
const metaSchema = /^https?:\/\/json-schema\.org\/draft/;

/** Makes the references of a schema absolute. */
export function resolveReferences(file: SchemaFile, files: ReadonlyMap<string, SchemaFile>): ResolvedSchema {
  const targets = new Set<SchemaFile>();
  const missing: string[] = [];
  const schema = mapSchema(file.schema, file.location, (reference, base) => {
    if (metaSchema.test(reference)) return reference;
    const target = findTarget(reference, base, file, files);
    if (target === undefined) missing.push(reference);
    else targets.add(target.file);
    return target?.uri ?? reference;
  });
  return { schema, targets, missing };
}

/** Where each schema is found: at its path, at its `$id`, and at the `$id`s inside it. */
export function indexSchemas(files: readonly SchemaFile[]): ReadonlyMap<string, SchemaFile> {
  const index = new Map<string, SchemaFile>();
  for (const file of files) {
    index.set(file.location, file);
    mapSchema(
      file.schema,
      file.location,
      (reference) => reference,
      (uri) => index.set(uri, file),
    );
  }
  return index;
}

interface Target {
  readonly file: SchemaFile;
  readonly uri: string;
}

/** A reference to a path is found next to the file too, although an `$id` of the file is a URL elsewhere. */
function findTarget(
  reference: string,
  base: string,
  from: SchemaFile,
  files: ReadonlyMap<string, SchemaFile>,
): Target | undefined {
  for (const start of [base, from.location]) {
    const url = URL.parse(reference, start);
    const file = url === null ? undefined : files.get(withoutFragment(url.href));
    if (url === null || file === undefined) continue;
    const uri = withoutFragment(url.href) === file.location ? `${file.uri}${url.hash}` : url.href;
    return { file, uri };
  }
  return undefined;
}

type MapReference = (reference: string, base: string) => string;

/** Copies a schema with other references. @param onBase is called with the URI of each schema with an `$id` */
function mapSchema(
  schema: JsonObject,
  outer: string,
  mapReference: MapReference,
  onBase: (uri: string) => void = () => {},
): JsonObject {
  const base = baseOf(schema, outer);
  if ('$id' in schema) onBase(base);
  const mapPart = (part: unknown, isMap = false): unknown => {
    if (Array.isArray(part)) return part.map((item) => mapPart(item));
    if (typeof part !== 'object' || part === null) return part;
    if (!isMap) return mapSchema({ ...part }, base, mapReference, onBase);
    return Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, mapPart(inner)]));
  };
  const mapKeyword = ([keyword, value]: readonly [string, unknown]) => {
    if (references.has(keyword) && typeof value === 'string') return [keyword, mapReference(value, base)];
    return [keyword, data.has(keyword) ? value : mapPart(value, maps.has(keyword))];
  };
  return Object.fromEntries(Object.entries(schema).map(mapKeyword));
}
