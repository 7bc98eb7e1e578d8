/** Of a UUID, and of its text. */
export const [UUID_BYTES, UUID_CHARACTERS] = [16, 36];

/** V8 matches repeated character classes twice as fast as a counted one. */
const pattern = new RegExp(`^${[8, 4, 4, 4, 12].map((count) => '[0-9a-fA-F]'.repeat(count)).join('-')}$`);

/** Whether a text is a UUID in its usual form. */
export function isUuid(text: string): boolean {
  return pattern.test(text);
}

/** Positions in the text of the two digits of each byte. */
const places = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34] as const;

/** The value of a hexadecimal digit by its character code. */
const digits = new Uint8Array(256);
for (let digit = 0; digit < 16; digit++) {
  const text = digit.toString(16);
  for (const one of [text, text.toUpperCase()]) digits[one.charCodeAt(0)] = digit;
}

/** Writes the bytes of a UUID, of which the text is at a position. */
export function writeUuid(target: Uint8Array, at: number, text: Uint8Array, start: number): void {
  for (let index = 0; index < UUID_BYTES; index++) {
    const place = start + (places[index] ?? 0);
    const high = digits[text[place] ?? 0] ?? 0;
    target[at + index] = (high << 4) | (digits[text[place + 1] ?? 0] ?? 0);
  }
}

/** The text of a UUID, without capital letters. */
export function readUuid(bytes: Buffer, at: number): string {
  const hex = bytes.toString('hex', at, at + UUID_BYTES);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
