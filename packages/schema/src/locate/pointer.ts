/**
 * The names in a JSON Pointer (RFC 6901): `/a~1b/0` has `a/b` and `0`; undefined if it is not a pointer.
 */
export function parsePointer(pointer: string): readonly string[] | undefined {
  if (pointer === '') return [];
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return undefined;
  return pointer
    .slice(1)
    .split('/')
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Reads the member of a parsed document that a pointer's names lead to; undefined if there is none. */
export function createPointerReader(names: readonly string[]): (document: unknown) => unknown {
  const steps = names.map((name) => ({
    name,
    isIndex: isIndex(name),
    isInherited: name in Object.prototype,
  }));
  return (document) => {
    let at = document;
    for (const { name, isIndex, isInherited } of steps) {
      if (typeof at !== 'object' || at === null) return undefined;
      if (Array.isArray(at) ? !isIndex : isInherited && !Object.hasOwn(at, name)) return undefined;
      at = (at as Readonly<Record<string, unknown>>)[name];
    }
    return at;
  };
}

/** Whether a name is an item of an array: digits without leading zeros. */
export function isIndex(name: string): boolean {
  return /^(?:0|[1-9]\d*)$/.test(name);
}

/** Like `createPointerReader`, for one document. */
export function readPointer(document: unknown, names: readonly string[]): unknown {
  return createPointerReader(names)(document);
}
