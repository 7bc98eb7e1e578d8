/**
 * Postgres array literals (https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO). Each column of a
 * batch is sent as one text parameter.
 */

/** How the texts of a column are concatenated. */
export interface Layout {
  readonly open: string;
  readonly between: string;
  readonly close: string;
  /** The literal of a column without texts. */
  readonly empty: string;
  /** Splits a literal into its texts. */
  readonly parse: (all: string) => readonly string[];
}

/** An array of texts that need no quotes: not empty, not `null`, no white space or any of `",{}\`. */
export const plainLayout: Layout = { open: '{', between: ',', close: '}', empty: '{}', parse: parseArray };

/** An array of arbitrary texts, which must be escaped (`escapeText`). */
export const quotedLayout: Layout = {
  open: '{"',
  between: '","',
  close: '"}',
  empty: '{}',
  parse: parseArray,
};

/** JSON never contains this character unescaped (RFC 8259, section 7). */
export const jsonSeparator = '\u001e';

/** JSON texts with a separator in between, for `string_to_table`. None may be empty. */
export const jsonLayout: Layout = {
  open: '',
  between: jsonSeparator,
  close: '',
  empty: '',
  parse: (all) => all.split(jsonSeparator),
};

/** The array literal of texts that need no quotes (`plainLayout`). */
export function plainArray(values: readonly string[]): string {
  return `{${values.join(',')}}`;
}

/** The array literal of arbitrary texts and nulls. */
export function textArray(values: readonly (string | null)[]): string {
  return `{${values.map((value) => (value === null ? 'NULL' : `"${escapeText(value)}"`)).join(',')}}`;
}

/** Escapes a text for use between the quotes of an array literal. */
export function escapeText(value: string): string {
  return /["\\]/.test(value) ? value.replace(/["\\]/g, '\\$&') : value;
}

/** Parses an array literal without nulls. */
function parseArray(literal: string): readonly string[] {
  return Array.from(literal.matchAll(element), ([plain, quoted]) => withoutEscapes(quoted) ?? plain);
}

/** Parses an array literal of quoted texts and nulls. */
export function parseNullableArray(literal: string): readonly (string | null)[] {
  return Array.from(literal.matchAll(element), ([, quoted]) => withoutEscapes(quoted) ?? null);
}

const element = /"((?:[^"\\]|\\.)*)"|[^{},"]+/gs;

function withoutEscapes(quoted: string | undefined): string | undefined {
  return quoted?.replace(/\\(.)/gs, '$1');
}
