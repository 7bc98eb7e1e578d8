import type { AcceptedEvent } from '@pipeline/schema';

const [COMMA, OPEN_OBJECT, CLOSE_OBJECT] = [44, 123, 125];

/** From this length on, a call into C++ costs less than a loop. */
const LONG = 36;
const { copy } = Buffer.prototype;

/** Copies a range. Returns the position after it. */
export function copyRange(
  target: Uint8Array,
  from: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  const shift = from - start;
  if (end - start >= LONG) copy.call(bytes, target, from, start, end);
  else for (let at = start; at < end; at++) target[at + shift] = bytes[at] ?? 0;
  return end + shift;
}

/** The length of the object that `writeAttributes` writes: each member is followed by a comma or a brace. */
export function attributesLength({ others }: AcceptedEvent): number {
  return others.reduce((sum, at, index) => (index % 2 === 0 ? sum - at : sum + at + 1), 1);
}

/** Writes the attributes of an event that has some, as a JSON object. Returns the position after it. */
export function writeAttributes(target: Uint8Array, from: number, { bytes, others }: AcceptedEvent): number {
  let at = from;
  target[at++] = OPEN_OBJECT;
  for (let index = 0; index < others.length; index += 2) {
    at = copyRange(target, at, bytes, others[index] ?? 0, others[index + 1] ?? 0);
    target[at++] = COMMA;
  }
  target[at - 1] = CLOSE_OBJECT;
  return at;
}
