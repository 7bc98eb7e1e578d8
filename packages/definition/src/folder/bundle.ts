import type { ResolvedSchema } from './references.ts';
import type { Dialect, JsonObject, SchemaFile } from './schema-file.ts';

/** A schema that refers to no other file. */
export interface Bundle {
  readonly schema: JsonObject;
  readonly dialect: Dialect;
}

/** The schemas of a folder. */
export type ResolvedSchemas = ReadonlyMap<SchemaFile, ResolvedSchema>;

/**
 * Puts into a schema what it refers to, directly or not: each other file becomes a definition with an `$id`,
 * as in a compound document of 2020-12.
 * @returns undefined if references lead nowhere
 * @throws Error if the files are of different drafts
 */
export function bundleSchema(root: SchemaFile, schemas: ResolvedSchemas): Bundle | undefined {
  const files = [...reachableFrom(root, schemas)];
  if (files.some((file) => schemas.get(file)?.missing.length !== 0)) return undefined;
  const [dialect = '2020-12', other] = new Set(files.flatMap((file) => file.dialect ?? []));
  if (other !== undefined) throw new Error(`refers to a schema of another draft: ${dialect} and ${other}`);
  const schemaOf = (file: SchemaFile) => ({ ...schemas.get(file)?.schema, $id: file.uri });
  const embedded = files.slice(1).map((file) => [file.uri, schemaOf(file)]);
  const schema: JsonObject = schemaOf(root);
  const keyword = dialect === 'draft-07' ? 'definitions' : '$defs';
  const definitions = { ...(schema[keyword] as object), ...Object.fromEntries(embedded) };
  return { schema: embedded.length === 0 ? schema : { ...schema, [keyword]: definitions }, dialect };
}

/** The root comes first. */
function reachableFrom(root: SchemaFile, schemas: ResolvedSchemas): ReadonlySet<SchemaFile> {
  const reached = new Set([root]);
  // The iteration includes what is added during it.
  for (const file of reached) for (const target of schemas.get(file)?.targets ?? []) reached.add(target);
  return reached;
}
