import { dataKeywords, namedKeywords } from '../keywords.ts';

/** A JSON Schema that is an object. */
export type Schema = Readonly<Record<string, unknown>>;

/** Finds the schema that a reference in another schema leads to; undefined if there is none. */
export type Resolve = (reference: string, from: Schema) => Schema | undefined;

/** The base of a document without an `$id`. */
const ROOT = 'schema:///';

/** The value if it is an object; undefined for `true` and `false` too. */
export function asSchema(value: unknown): Schema | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Schema) : undefined;
}

/** Indexes a document by its `$id`s and anchors, to resolve references in it. Fetches nothing. */
export function createResolver(document: Schema): Resolve {
  const byUri = new Map<string, Schema>();
  const bases = new Map<Schema, string>();
  indexParts(document, ROOT, (schema, base, uris) => {
    bases.set(schema, base);
    for (const uri of uris) if (!byUri.has(uri)) byUri.set(uri, schema);
  });
  const root = bases.get(document) ?? ROOT;
  byUri.set(root, document);
  return (reference, from) => {
    const uri = toUri(reference, bases.get(from) ?? root);
    const [base = '', fragment = ''] = splitFragment(uri);
    const isPointer = fragment === '' || fragment.startsWith('/');
    return isPointer ? followPointer(byUri.get(base), fragment) : byUri.get(uri);
  };
}

type AddPart = (schema: Schema, base: string, uris: readonly string[]) => void;

function indexParts(part: unknown, outer: string, add: AddPart): void {
  if (Array.isArray(part)) for (const item of part) indexParts(item, outer, add);
  const schema = asSchema(part);
  if (schema === undefined) return;
  const { $id, $anchor, $dynamicAnchor } = schema;
  const [base = outer, anchor] = typeof $id === 'string' ? splitFragment(toUri($id, outer)) : [];
  const anchors = [anchor, $anchor, $dynamicAnchor].filter((name) => typeof name === 'string' && name !== '');
  add(schema, base, [...(base === outer ? [] : [base]), ...anchors.map((name) => `${base}#${name}`)]);
  for (const [keyword, inner] of Object.entries(schema))
    if (namedKeywords.has(keyword)) indexParts(Object.values(asSchema(inner) ?? {}), base, add);
    else if (!dataKeywords.has(keyword)) indexParts(inner, base, add);
}

/** A base may be a URN, to which only fragments can be added. */
function toUri(reference: string, base: string): string {
  if (reference.startsWith('#')) return `${base}${reference}`;
  return URL.parse(reference, base)?.href ?? reference;
}

function splitFragment(uri: string): readonly string[] {
  const at = uri.indexOf('#');
  return at === -1 ? [uri] : [uri.slice(0, at), uri.slice(at + 1)];
}

function followPointer(schema: Schema | undefined, pointer: string): Schema | undefined {
  let at: unknown = schema;
  for (const part of pointer.split('/').slice(1)) {
    const name = decodePart(part).replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Schema)[name];
  }
  return asSchema(at);
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
