/** The payload as it appears in the text of an event, and its nesting depth. */
export interface PayloadSpan {
  /** The payload's JSON, verbatim. */
  readonly json: string;
  /** Number of nested objects and arrays, the payload itself included. */
  readonly depth: number;
}

const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const OPEN_ARRAY = 91;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/**
 * Finds the payload in the text of an event, so that it can be stored unchanged: JSON.stringify would change
 * numbers (9007199254740993, 1e400, -0) and cost more than this scan. The last of duplicate members wins, as
 * in JSON.parse. One pass, no recursion.
 * @param text valid JSON of an object whose member `payload` is an object
 */
export function scanPayload(text: string): PayloadSpan {
  let level = 0;
  let deepest = 0;
  let start = -1;
  let found: PayloadSpan = { json: '', depth: 0 };
  let atKey = false;
  let isPayload = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfString(text, at);
      if (level === 1 && atKey) {
        isPayload = isPayloadKey(text, at, end);
        atKey = false;
      }
      at = end;
    } else if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      level++;
      if (level === 1) atKey = true;
      else if (level === 2) {
        start = at;
        deepest = level;
      } else if (level > deepest) deepest = level;
    } else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) {
      if (level === 2 && isPayload) found = { json: text.slice(start, at + 1), depth: deepest - 1 };
      level--;
    } else if (code === COMMA && level === 1) atKey = true;
  }
  return found;
}

/** The index of the closing quote of the string at `start`: the first one that is not escaped. */
export function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let before = end - 1;
    while (text.charCodeAt(before) === BACKSLASH) before--;
    if ((end - before) % 2 === 1) return end;
  }
}

/** A key may contain escapes, such as "p\u0061yload", and is then at least 12 characters long. */
function isPayloadKey(text: string, start: number, end: number): boolean {
  if (text.startsWith('"payload"', start)) return true;
  return end - start > 12 && JSON.parse(text.slice(start, end + 1)) === 'payload';
}
