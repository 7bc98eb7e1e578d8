/**
 * Escapes untrusted text so that it cannot move the cursor, change text direction or hide characters:
 * everything but printable ASCII, and the two symbols of our tables, is escaped as in JSON. Every character
 * is one column wide.
 */
export function toPrintable(text: string): string {
  return text.replace(/[^\x20-\x7e≥…]/g, escapeUnit);
}

/** JSON in printable ASCII, safe for a terminal. */
export function toPrintableJson(value: unknown): string {
  return JSON.stringify(value).replace(/[^\x20-\x7e]/g, escapeUnit);
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Escapes untrusted text and clips it to `most` columns; clipped text ends in `…`. */
export function clipPrintable(text: string, most: number): string {
  const printable = toPrintable(text.slice(0, most + 1));
  return printable.length <= most ? printable : `${printable.slice(0, most - 1)}…`;
}
