/**
 * Array literals of Postgres (https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO): a whole column of a
 * batch travels as one text parameter, which costs the client a join and the server one parse.
 */

/** The literal of texts that hold neither space, quote, comma, brace nor backslash, and are neither empty nor `null`. */
export function plainArray(values: readonly string[]): string {
  return `{${values.join(',')}}`;
}

/** The literal of any texts; null stays null. */
export function textArray(values: readonly (string | null)[]): string {
  return `{${values.map(quote).join(',')}}`;
}

function quote(value: string | null): string {
  if (value === null) return 'NULL';
  return /["\\]/.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : `"${value}"`;
}

/** No JSON text holds this character outside of an escape (RFC 8259, section 7), so it can stand between two of them. */
export const jsonSeparator = '\u001e';
