import { isObject } from './flatten.ts';

/**
 * The schema that a `$ref` names within a document: by its `$id`, by a JSON Pointer, or by both. Undefined if there is
 * none.
 */
export function resolveIn(document: unknown, ref: string): unknown {
  const [id = '', pointer = ''] = ref.split('#');
  const start = id === '' ? document : findById(document, id);
  const names = decodeURIComponent(pointer).split('/').slice(1);
  return names.reduce<unknown>((at, name) => {
    const key = name.replaceAll('~1', '/').replaceAll('~0', '~');
    return typeof at === 'object' && at !== null ? (at as Readonly<Record<string, unknown>>)[key] : undefined;
  }, start);
}

function findById(schema: unknown, id: string): unknown {
  if (isObject(schema) && schema['$id'] === id) return schema;
  if (typeof schema !== 'object' || schema === null) return undefined;
  for (const inner of Object.values(schema)) {
    const found = findById(inner, id);
    if (found !== undefined) return found;
  }
  return undefined;
}
