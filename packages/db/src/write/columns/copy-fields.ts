/**
 * Fields of COPY's text format, which has a line per row and tabs between fields: a backslash before what would
 * end a field (https://www.postgresql.org/docs/current/sql-copy.html).
 */

const NULL = '\\N';

const special = /[\\\t\n\r]/;
const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** Encodes a text, or null, as a field. */
export function encodeField(text: string | null | undefined): string {
  if (text === null || text === undefined) return NULL;
  return special.test(text) ? text.replace(/[\\\t\n\r]/g, (character) => escapes[character] ?? '') : text;
}

const characters: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r' };

/** Decodes a field of `encodeField`. */
export function decodeField(field: string): string | null {
  if (field === NULL) return null;
  return field.includes('\\') ? field.replace(/\\(.)/g, (_, letter) => characters[letter] ?? letter) : field;
}
