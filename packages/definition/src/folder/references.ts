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

/** A schema that can be referred to. */
interface Target {
  /** The file that has it. */
  readonly file: SchemaFile;
  /** Its URI in a bundle. */
  readonly uri: string;
}

/** The schemas of a folder by their URIs. */
type Targets = ReadonlyMap<string, Target>;

/** Finds each schema at its path, at its `$id`, and at the `$id`s inside it. */
export function indexSchemas(files: readonly SchemaFile[]): Targets {
  const targets = new Map<string, Target>();
  for (const file of files) {
    const addInner = (uri: string) => targets.set(uri, { file, uri });
    mapSchema(file.schema, file.location, (reference) => reference, addInner);
    for (const uri of [file.location, baseOf(file.schema, file.location)])
      targets.set(uri, { file, uri: file.uri });
  }
  return targets;
}

/** Makes the references of a schema absolute. */
export function resolveReferences(file: SchemaFile, targets: Targets): ResolvedSchema {
  const reached = new Set<SchemaFile>();
  const missing: string[] = [];
  const schema = mapSchema(file.schema, file.location, (reference, base) => {
    if (metaSchema.test(reference)) return reference;
    const target = findTarget(reference, [base, file.location], targets);
    if (target === undefined) missing.push(reference);
    else reached.add(target.file);
    return target?.uri ?? reference;
  });
  return { schema, targets: reached, missing };
}

/** A path is also found next to the file itself, if an `$id` of the file is a URL elsewhere. */
function findTarget(reference: string, bases: readonly string[], targets: Targets): Target | undefined {
  for (const base of bases) {
    const url = URL.parse(reference, base);
    const target = url === null ? undefined : targets.get(withoutFragment(url.href));
    if (target !== undefined) return { ...target, uri: `${target.uri}${url?.hash}` };
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
