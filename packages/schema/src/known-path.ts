/** All names of members that a schema names, at any level. */
export function* namesIn(schema: unknown): Generator<string> {
  if (typeof schema !== 'object' || schema === null) return;
  for (const [keyword, inner] of Object.entries(schema)) {
    if (keyword === 'properties') yield* Object.keys(inner);
    yield* namesIn(inner);
  }
}

/**
 * A JSON Pointer (RFC 6901) in a value, with `*` for each name that is not among those known: such a name comes from the
 * value (the keys of a dictionary, say), and may be somebody's.
 */
export function knownPath(pointer: string, value: unknown, names: ReadonlySet<string>): string {
  let at = value;
  const parts = pointer.split('/').map((part, index) => {
    if (index === 0) return part;
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    const isKnown = Array.isArray(at) || names.has(name);
    at = (at as Readonly<Record<string, unknown>>)[name];
    return isKnown ? part : '*';
  });
  return parts.join('/');
}
