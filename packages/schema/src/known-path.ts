/** The names of all members that a schema declares, at any level. */
export function* namesIn(schema: unknown): Generator<string> {
  if (typeof schema !== 'object' || schema === null) return;
  for (const [keyword, inner] of Object.entries(schema)) {
    if (keyword === 'properties') yield* Object.keys(inner ?? {});
    yield* namesIn(inner);
  }
}

/**
 * A JSON Pointer (RFC 6901) in which undeclared names are replaced by `*`. Such names come from the value,
 * for example the keys of a dictionary, and may be personal data.
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
