import type { AcceptedEvent } from '@pipeline/schema';

const TAB = 9;
const LINE_FEED = 10;
/** `\N`: null. */
const NULL = [92, 78] as const;
const UUID_BYTES = 36;
/** Five tabs and a line feed. */
const SEPARATORS = 6;

/** The length of an event's line in bytes, its line feed included. */
export function lineLength(event: AcceptedEvent): number {
  const { type, timeStart, timeEnd, payloadStart, payloadEnd } = event;
  const fields = UUID_BYTES + type.bytes.length + timeEnd - timeStart + userLength(event);
  return fields + payloadEnd - payloadStart + NULL.length + SEPARATORS;
}

function userLength({ userStart, userEnd }: AcceptedEvent): number {
  return userStart < 0 ? NULL.length : userEnd - userStart;
}

/**
 * Writes an event as a line of COPY's text format. Its parts have no character that would have to be encoded, and it
 * has no attributes.
 */
export function writeLine(target: Uint8Array, from: number, event: AcceptedEvent): void {
  const { bytes, type, idStart, userStart } = event;
  let at = copyField(target, from, bytes, idStart, idStart + UUID_BYTES);
  at = copyField(target, at, type.bytes, 0, type.bytes.length);
  at = copyField(target, at, bytes, event.timeStart, event.timeEnd);
  at = userStart < 0 ? writeNull(target, at, TAB) : copyField(target, at, bytes, userStart, event.userEnd);
  at = copyField(target, at, bytes, event.payloadStart, event.payloadEnd);
  writeNull(target, at, LINE_FEED);
}

/** From this length on, a call into C++ costs less than a loop. */
const LONG = 36;
const { copy } = Buffer.prototype;

/** Copies a range and adds a tab. Returns the position after it. */
function copyField(target: Uint8Array, from: number, bytes: Uint8Array, start: number, end: number): number {
  const shift = from - start;
  if (end - start >= LONG) copy.call(bytes, target, from, start, end);
  else for (let at = start; at < end; at++) target[at + shift] = bytes[at] ?? 0;
  target[end + shift] = TAB;
  return end + shift + 1;
}

function writeNull(target: Uint8Array, at: number, end: number): number {
  target[at] = NULL[0];
  target[at + 1] = NULL[1];
  target[at + 2] = end;
  return at + 3;
}
