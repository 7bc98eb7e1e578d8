/** The parts of a pattern that match a character: classes and escapes, but not back-references. */
const classes = /\[(?:\\.|[^\]\\])*\]|\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|u.{4}|x..|c.|[^1-9kBb])|\n/gsu;

/** Keywords whose value is data: `pattern` inside them is a member's name. */
const values = new Set(['const', 'enum', 'default', 'examples']);

/**
 * Makes patterns mean the same in every language. In Python and others, `$` also matches before a trailing
 * line feed, so a `not` forbids one. Patterns that may match a line feed themselves stay unchanged.
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

/** Whether a pattern may match text that ends with a line feed. */
function mayMatchLineFeed(pattern: string): boolean {
  const parts = pattern.match(classes) ?? [];
  return parts.some((part) => new RegExp(part, 'u').test('\n'));
}
