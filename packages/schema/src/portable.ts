import { dataKeywords, namedKeywords } from './keywords.ts';

/** The parts of a pattern that match a character: classes and escapes, but not back-references. */
const classes = /\[(?:\\.|[^\]\\])*\]|\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|u.{4}|x..|c.|[^1-9kBb])|\n/gsu;

/** A `$` at the end that is not escaped; a backslash before it may be. */
const anchor = /(?<!\\)(?:\\\\)*\$$/;

/**
 * Makes patterns mean the same in every language. In Python and others, `$` also matches before a trailing
 * line feed, so a `not` forbids one. Patterns that may match a line feed themselves stay unchanged.
 */
export function portable<Schema>(schema: Schema): Schema {
  if (typeof schema !== 'object' || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map(portable) as Schema;
  const parts = Object.entries(schema)
    .filter(([keyword]) => !dataKeywords.has(keyword))
    .map(([keyword, part]) => [keyword, namedKeywords.has(keyword) ? portableMembers(part) : portable(part)]);
  return { ...schema, ...Object.fromEntries(parts), ...withoutLineFeed(schema) };
}

function portableMembers(schemas: unknown): unknown {
  if (typeof schemas !== 'object' || schemas === null) return schemas;
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, portable(schema)]));
}

function withoutLineFeed(schema: object): object {
  const pattern = 'pattern' in schema ? schema.pattern : undefined;
  const isAnchored = typeof pattern === 'string' && anchor.test(pattern) && !mayMatchLineFeed(pattern);
  return isAnchored && !('not' in schema) ? { not: { pattern: '\\n$' } } : {};
}

/** Whether a pattern may match text that ends with a line feed. */
function mayMatchLineFeed(pattern: string): boolean {
  const parts = pattern.match(classes) ?? [];
  return parts.some((part) => new RegExp(part, 'u').test('\n'));
}
