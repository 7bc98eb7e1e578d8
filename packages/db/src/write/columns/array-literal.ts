/**
 * Postgres array literals (https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO). For example, the
 * columns of dead letters and counts are sent as such texts.
 */

/** Separates JSON texts for `string_to_table`: JSON never contains it unescaped (RFC 8259, section 7). */
export const jsonSeparator = '\u001e';

/** Stands for a gap in a column of JSON objects. */
export const jsonNull = 'null';

/** The array literal of texts that need no quotes: not empty, not `null`, none of `",{}\`, no white space at the ends. */
export function plainArray(values: readonly string[]): string {
  return `{${values.join(',')}}`;
}

/** The array literal of arbitrary texts and nulls. */
export function textArray(values: readonly (string | null)[]): string {
  return `{${values.map((value) => (value === null ? 'NULL' : `"${escapeText(value)}"`)).join(',')}}`;
}

/** Escapes a text between quotes. */
export function escapeText(value: string): string {
  return /["\\]/.test(value) ? value.replace(/["\\]/g, '\\$&') : value;
}
