/**
 * Array literals of Postgres (https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO): a whole column of a
 * batch travels as one text parameter, which costs the server one parse.
 */

/** How the texts of a column stand one after another. */
export interface Layout {
  readonly open: string;
  readonly between: string;
  readonly close: string;
  /** All of it where there are no texts. */
  readonly empty: string;
  /** The texts of it. */
  readonly parse: (all: string) => readonly string[];
}

/** An array of texts that hold neither space, quote, comma, brace nor backslash, and are neither empty nor `null`. */
export const plainLayout: Layout = { open: '{', between: ',', close: '}', empty: '{}', parse: parseArray };

/** An array of any texts, each escaped. */
export const quotedLayout: Layout = {
  open: '{"',
  between: '","',
  close: '"}',
  empty: '{}',
  parse: parseArray,
};

/** No JSON text holds this character outside of an escape (RFC 8259, section 7), so it can stand between two of them. */
export const jsonSeparator = '\u001e';

/** Texts of JSON, none of them empty, to be parted again at the separator. */
export const jsonLayout: Layout = {
  open: '',
  between: jsonSeparator,
  close: '',
  empty: '',
  parse: (all) => all.split(jsonSeparator),
};

/** The literal of texts that are plain, as `plainLayout` says. */
export function plainArray(values: readonly string[]): string {
  return `{${values.join(',')}}`;
}

/** The literal of any texts; null stays null. */
export function textArray(values: readonly (string | null)[]): string {
  return `{${values.map((value) => (value === null ? 'NULL' : `"${escapeText(value)}"`)).join(',')}}`;
}

/** A text as it stands between two quotes of a literal. */
export function escapeText(value: string): string {
  return /["\\]/.test(value) ? value.replace(/["\\]/g, '\\$&') : value;
}

/** The texts of a literal without nulls. */
function parseArray(literal: string): readonly string[] {
  const elements = literal.matchAll(/"((?:[^"\\]|\\.)*)"|[^{},"]+/gs);
  return Array.from(elements, ([plain, quoted]) => quoted?.replace(/\\(.)/gs, '$1') ?? plain);
}
