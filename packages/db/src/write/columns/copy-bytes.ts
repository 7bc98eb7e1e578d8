/** Bytes of COPY's text format. The functions write them and return the position after them. */

export const TAB = 0x09;
export const NEWLINE = 0x0a;
export const BACKSLASH = 0x5c;
const [CARRIAGE_RETURN, UPPER_N] = [0x0d, 0x4e];

/** The bytes that need an escape. */
export const specialBytes = [BACKSLASH, TAB, NEWLINE, CARRIAGE_RETURN] as const;

/** What follows the backslash, by byte: itself, `t`, `n` or `r`; 0 for other bytes. */
const escapes = new Uint8Array(256);
for (const [index, letter] of [BACKSLASH, 0x74, 0x6e, 0x72].entries())
  escapes[specialBytes[index] ?? 0] = letter;

export function put(text: Buffer, at: number, byte: number): number {
  text[at] = byte;
  return at + 1;
}

/** Writes a byte of a field. */
export function putEscaped(text: Buffer, at: number, byte: number): number {
  const letter = escapes[byte] ?? 0;
  return letter === 0 ? put(text, at, byte) : put(text, put(text, at, BACKSLASH), letter);
}

export function putNull(text: Buffer, at: number): number {
  return put(text, put(text, at, BACKSLASH), UPPER_N);
}
