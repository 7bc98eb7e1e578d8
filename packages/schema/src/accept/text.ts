import { BACKSLASH, NOT_ASCII, QUOTE, SPACE } from './characters.ts';
import type { Step } from './step.ts';

/** Whether a byte is a character of a string by itself: ASCII, no quote, no escape and no control character. */
const isPlain = Uint8Array.from({ length: 256 }, (_, code) =>
  Number(code >= SPACE && code < NOT_ASCII && code !== QUOTE && code !== BACKSLASH),
);

/** Reads a string of UTF-8 without escapes and control characters. */
export const skipString: Step = (bytes, start) => {
  let at = skipPlain(bytes, start);
  while (at >= 0 && bytes[at] !== QUOTE) {
    at = skipSequence(bytes, at);
    while (isPlain[bytes[at] ?? 0] === 1) at++;
  }
  return at < 0 ? -1 : at + 1;
};

/** Reads a string of ASCII without escapes and control characters. */
export const skipAsciiString: Step = (bytes, start) => {
  const at = skipPlain(bytes, start);
  return bytes[at] === QUOTE ? at + 1 : -1;
};

/** The position of the first character that is not plain in the string at `start`; -1 if there is no string. */
function skipPlain(bytes: Uint8Array, start: number): number {
  if (bytes[start] !== QUOTE) return -1;
  let at = start + 1;
  while (isPlain[bytes[at] ?? 0] === 1) at++;
  return at;
}

/** The position after a character of two to four bytes (RFC 3629, section 4); -1 if there is none. */
function skipSequence(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  const second = bytes[at + 1] ?? 0;
  if (lead < 0xc2 || lead > 0xf4) return -1;
  const lowest = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const highest = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < lowest || second > highest) return -1;
  const end = at + (lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4);
  for (let next = at + 2; next < end; next++) if (((bytes[next] ?? 0) & 0xc0) !== 0x80) return -1;
  return end;
}
