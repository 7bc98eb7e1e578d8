/** The classes and escapes of a pattern, each of which stands for characters, but for references to groups. */
const classes = /\[(?:\\.|[^\]\\])*\]|\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|u.{4}|x..|c.|[^1-9kBb])|\n/gsu;

/** Keywords that hold values, in which `pattern` would be the name of a member. */
const values = new Set(['const', 'enum', 'default', 'examples']);

/**
 * A schema whose patterns mean the same in every language: the `$` of Python and others also stands before a line feed at
 * the end, so that one is forbidden beside the pattern. A pattern that may describe line feeds stays as it is.
 */
export function portable<Schema>(schema: Schema): Schema {
  if (typeof schema !== 'object' || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map(portable) as Schema;
  const parts = Object.entries(schema)
    .filter(([name]) => !values.has(name))
    .map(([name, part]) => [name, portable(part)]);
  return { ...schema, ...Object.fromEntries(parts), ...withoutLineFeed(schema) };
}

function withoutLineFeed(schema: object): object {
  const pattern = 'pattern' in schema ? schema.pattern : undefined;
  const isAnchored = typeof pattern === 'string' && /(?<!\\)\$$/.test(pattern) && !mayMatchLineFeed(pattern);
  return isAnchored && !('not' in schema) ? { not: { pattern: '\\n$' } } : {};
}

/** Whether a text that a pattern describes may itself end with a line feed. */
function mayMatchLineFeed(pattern: string): boolean {
  const parts = pattern.match(classes) ?? [];
  return parts.some((part) => new RegExp(part, 'u').test('\n'));
}
