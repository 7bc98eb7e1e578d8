import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  isDigit,
  MINUS,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  skipSpaces,
} from './characters.ts';
import { skipNumber } from './number.ts';
import { either, refuse, type Step, word } from './step.ts';
import { skipString } from './text.ts';

/** Reads true or false. */
export const skipBoolean: Step = either([word('true'), word('false')]);
export const skipNull: Step = word('null');
const skipLiteral = either([skipBoolean, skipNull]);

/** Deeper values are left to the decoder, which does not recurse. */
export const MAX_ROOM = 32;

/** Creates a step that reads any value. @param room the number of nested objects and arrays it may have */
export function anyValue(room: number): Step {
  const depth = Math.min(room, MAX_ROOM);
  return (bytes, at) => skipValue(bytes, at, depth);
}

/** Creates a step that reads any member: a name and a value. */
export function anyMember(room: number): Step {
  const depth = Math.min(room, MAX_ROOM);
  return (bytes, at) => skipMember(bytes, at, depth);
}

function skipValue(bytes: Uint8Array, at: number, room: number): number {
  const code = bytes[at];
  if (code === QUOTE) return skipString(bytes, at);
  if (code === MINUS || isDigit(code)) return skipNumber(bytes, at);
  if (code === OPEN_OBJECT) return skipAll(bytes, at, CLOSE_OBJECT, room > 0 ? skipMember : refuse, room - 1);
  if (code === OPEN_ARRAY) return skipAll(bytes, at, CLOSE_ARRAY, room > 0 ? skipValue : refuse, room - 1);
  return skipLiteral(bytes, at);
}

function skipMember(bytes: Uint8Array, at: number, room: number): number {
  const end = skipString(bytes, at);
  return end >= 0 && bytes[end] === COLON ? skipValue(bytes, skipSpaces(bytes, end + 1), room) : -1;
}

type Skip = (bytes: Uint8Array, at: number, room: number) => number;

/** Reads the members or items that follow an opening bracket. */
function skipAll(bytes: Uint8Array, start: number, close: number, skip: Skip, room: number): number {
  let at = skipSpaces(bytes, start + 1);
  if (bytes[at] === close) return room < 0 ? -1 : at + 1;
  for (;;) {
    at = skip(bytes, at, room);
    if (at < 0) return -1;
    at = skipSpaces(bytes, at);
    if (bytes[at] !== COMMA) return bytes[at] === close ? at + 1 : -1;
    at = skipSpaces(bytes, at + 1);
  }
}

/** Creates a step that reads an array of values. */
export function arrayOf(item: Step): Step {
  return (bytes, at) => (bytes[at] === OPEN_ARRAY ? skipAll(bytes, at, CLOSE_ARRAY, item, 0) : -1);
}
