/** Characters of JSON, as bytes. */
export const SPACE = 32;
export const QUOTE = 34;
export const PLUS = 43;
export const COMMA = 44;
export const MINUS = 45;
export const POINT = 46;
export const ZERO = 48;
export const COLON = 58;
export const UPPER_E = 69;
export const OPEN_ARRAY = 91;
export const BACKSLASH = 92;
export const CLOSE_ARRAY = 93;
export const LOWER_E = 101;
export const OPEN_OBJECT = 123;
export const CLOSE_OBJECT = 125;

/** The first byte that is not ASCII. */
export const NOT_ASCII = 128;

export function isDigit(code: number | undefined): boolean {
  return code !== undefined && code >= ZERO && code < ZERO + 10;
}

/** The position of the next character that is no space. Other white space is left to the decoder. */
export function skipSpaces(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === SPACE) at++;
  return at;
}
