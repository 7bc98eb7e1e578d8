/**
 * What a stranger wrote, fit for a terminal: all but ASCII (and the two signs of our tables) is escaped as in JSON, so
 * that no text moves the cursor, turns the writing round or hides what it is, and every character is one column wide.
 */
export function toPrintable(text: string): string {
  return text.replace(/[^\x20-\x7e≥…]/g, escapeUnit);
}

/** JSON in ASCII alone: the same value, safe to look at. */
export function toPrintableJson(value: unknown): string {
  return JSON.stringify(value).replace(/[^\x20-\x7e]/g, escapeUnit);
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** The beginning of what a stranger wrote, `most` columns wide at most; where something is left out it ends in `…`. */
export function clipPrintable(text: string, most: number): string {
  const printable = toPrintable(text.slice(0, most + 1));
  return printable.length <= most ? printable : `${printable.slice(0, most - 1)}…`;
}
