import type { AcceptedEvent } from '@pipeline/schema';

const TAB = 9;
const LINE_FEED = 10;
const COMMA = 44;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;
/** `\N`: null. */
const NULL = [92, 78] as const;
const UUID_BYTES = 36;
/** Five tabs and a line feed. */
const SEPARATORS = 6;

/** The length of an event's line in bytes, its line feed included. */
export function lineLength(event: AcceptedEvent): number {
  const { type, timeStart, timeEnd, payloadStart, payloadEnd } = event;
  const fields = UUID_BYTES + type.bytes.length + timeEnd - timeStart + userLength(event);
  return fields + payloadEnd - payloadStart + attributesLength(event) + SEPARATORS;
}

function userLength({ userStart, userEnd }: AcceptedEvent): number {
  return userStart < 0 ? NULL.length : userEnd - userStart;
}

/** Each member is followed by a comma or a brace. */
export function attributesLength({ others }: AcceptedEvent): number {
  if (others.length === 0) return NULL.length;
  return others.reduce((sum, at, index) => (index % 2 === 0 ? sum - at : sum + at + 1), 1);
}

/** Writes an event as a line of COPY's text format. None of its parts has a character that must be encoded. */
export function writeLine(target: Uint8Array, from: number, event: AcceptedEvent): void {
  const { bytes, type, idStart, userStart } = event;
  let at = copyRange(target, from, bytes, idStart, idStart + UUID_BYTES, TAB);
  at = copyRange(target, at, type.bytes, 0, type.bytes.length, TAB);
  at = copyRange(target, at, bytes, event.timeStart, event.timeEnd, TAB);
  at =
    userStart < 0 ? writeNull(target, at, TAB) : copyRange(target, at, bytes, userStart, event.userEnd, TAB);
  at = copyRange(target, at, bytes, event.payloadStart, event.payloadEnd, TAB);
  if (event.others.length === 0) writeNull(target, at, LINE_FEED);
  else writeAttributes(target, at, event, LINE_FEED);
}

/** Writes the attributes of an event that has some, and a character. Returns the position after it. */
export function writeAttributes(
  target: Uint8Array,
  from: number,
  { bytes, others }: AcceptedEvent,
  separator: number,
): number {
  let at = from;
  target[at++] = OPEN_OBJECT;
  for (let index = 0; index < others.length; index += 2)
    at = copyRange(target, at, bytes, others[index] ?? 0, others[index + 1] ?? 0, COMMA);
  target[at - 1] = CLOSE_OBJECT;
  target[at] = separator;
  return at + 1;
}

/** From this length on, a call into C++ costs less than a loop. */
const LONG = 36;
const { copy } = Buffer.prototype;

/** Copies a range and adds a character. Returns the position after it. */
export function copyRange(
  target: Uint8Array,
  from: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  separator: number,
): number {
  const shift = from - start;
  if (end - start >= LONG) copy.call(bytes, target, from, start, end);
  else for (let at = start; at < end; at++) target[at + shift] = bytes[at] ?? 0;
  target[end + shift] = separator;
  return end + shift + 1;
}

function writeNull(target: Uint8Array, at: number, end: number): number {
  target[at] = NULL[0];
  target[at + 1] = NULL[1];
  target[at + 2] = end;
  return at + 3;
}
