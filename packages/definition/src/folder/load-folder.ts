import { sep } from 'node:path';
import {
  DefinitionError,
  defineEvents,
  type EventDefinition,
  eventType,
  type NamedType,
  Type,
  type UnknownTypes,
} from '@pipeline/schema';
import { createEnvelope } from '../envelope.ts';
import type { EnvelopeChoice } from '../settings.ts';

import { bundleSchema, type ResolvedSchemas } from './bundle.ts';
import { compileSchema } from './compile-schema.ts';
import { indexSchemas, resolveReferences } from './references.ts';
import { listSchemas, readSchema, type SchemaFile, toSchemaFile } from './schema-file.ts';

/** What the schemas of a folder leave open. */
export interface FolderOptions {
  /** Defaults to `native`. */
  readonly envelope?: EnvelopeChoice | undefined;
  /** Defaults to `dead-letter`. */
  readonly unknownTypes?: UnknownTypes | undefined;
}

type Report = (path: string, problem: string) => void;

/**
 * Loads a folder of JSON Schemas: one file per type, with the type's name and the schema of its payload. Files
 * in subfolders are there to be referred to. Nothing is fetched.
 * @throws DefinitionError that lists every problem
 */
export function loadFolder(folder: string, options: FolderOptions): EventDefinition {
  return define(listSchemas(folder), (path) => readSchema(folder, path), options);
}

/**
 * The definition of JSON Schemas in memory, by the names of their types. They are compiled, so a pattern in one can
 * be slow on purpose; they cannot run code of their own.
 * @throws DefinitionError that lists every problem
 */
export function defineSchemas(
  schemas: Readonly<Record<string, unknown>>,
  options: FolderOptions,
): EventDefinition {
  const values = new Map(Object.entries(schemas).map(([name, schema]) => [`${name}.json`, schema]));
  return define([...values.keys()].sort(), (path) => toSchemaFile(path, values.get(path)), options);
}

function define(
  paths: readonly string[],
  read: (path: string) => SchemaFile,
  { envelope, unknownTypes }: FolderOptions,
): EventDefinition {
  const problems: string[] = [];
  const report: Report = (path, problem) => problems.push(`${path}: ${problem}`);
  const files = paths.flatMap((path) => attempt(path, () => read(path), report) ?? []);
  const schemas = resolveAll(files, report);
  const types = paths.filter((path) => !path.includes(sep)).map((path) => toType(path, schemas, report));
  const definition = collect(problems, () =>
    defineEvents({ envelope: createEnvelope(envelope), types, unknownTypes: unknownTypes ?? 'dead-letter' }),
  );
  if (definition === undefined || problems.length > 0) throw new DefinitionError(problems);
  return definition;
}

/** Reports an error of one file, so that those of the others are found too. */
function attempt<Value>(path: string, work: () => Value, report: Report): Value | undefined {
  try {
    return work();
  } catch (error) {
    report(path, error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

function resolveAll(files: readonly SchemaFile[], report: Report): ResolvedSchemas {
  for (const file of files) {
    const first = files.find(({ uri }) => uri === file.uri);
    if (first !== undefined && first !== file) report(file.path, `has the same $id as ${first.path}`);
  }
  const index = indexSchemas(files);
  const resolved = new Map(files.map((file) => [file, resolveReferences(file, index)]));
  for (const [{ path }, { missing }] of resolved)
    for (const reference of missing)
      report(path, `${reference} is no schema of the folder, and nothing is fetched`);
  return resolved;
}

/** A type that has a problem accepts everything, so that its name is checked too. */
function toType(path: string, schemas: ResolvedSchemas, report: Report): NamedType {
  const name = path.replace(/(\.schema)?\.json$/, '');
  const file = [...schemas.keys()].find((one) => one.path === path);
  const bundle = file && attempt(path, () => bundleSchema(file, schemas), report);
  const validate = bundle && attempt(path, () => compileSchema(bundle), report);
  return eventType(name, Type.Unsafe(bundle?.schema ?? {}), { validate: validate ?? (() => undefined) });
}

function collect<Value>(problems: string[], work: () => Value): Value | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}
