/** An event id is four words of 32 bits, the most significant first. */
export const ID_WORDS = 4;
export const ID_BYTES = 16;

/** The first digit of each half of a word in the text of a UUID. */
const halves = [0, 4, 9, 14, 19, 24, 28, 32] as const;

/** The words of a UUID in any letter case. */
export function idOf(text: string): Uint32Array {
  const words = new Uint32Array(ID_WORDS);
  parseId(Buffer.from(text, 'latin1'), 0, words, 0);
  return words;
}

/** Reads a UUID, in any letter case, from its 36 characters. */
export function parseId(text: Uint8Array, start: number, words: Uint32Array, at: number): void {
  for (let word = 0; word < ID_WORDS; word++) {
    const high = readDigits(text, start + (halves[2 * word] ?? 0));
    words[at + word] = (high << 16) | readDigits(text, start + (halves[2 * word + 1] ?? 0));
  }
}

/** The number of four hexadecimal digits: the low half of the byte of each, and 9 more from a to f. */
function readDigits(text: Uint8Array, start: number): number {
  let value = 0;
  for (let at = start; at < start + 4; at++) {
    const code = text[at] ?? 0;
    value = (value << 4) | ((code & 15) + 9 * (code >> 6));
  }
  return value;
}

/** The text of a UUID, in lower case. */
export function formatId(words: Uint32Array, at: number): string {
  const text = Array.from(words.subarray(at, at + ID_WORDS), (word) => word.toString(16).padStart(8, '0'));
  return text.join('').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** A hash of 32 bits that spreads ids of any form, also those that count up. */
export function hashOfId(words: Uint32Array, at: number): number {
  let hash = 0;
  for (let word = at; word < at + ID_WORDS; word++) hash = mix(hash ^ (words[word] ?? 0));
  return hash >>> 0;
}

/** Like `hashOfId`, of a text (FNV-1a). */
export function hashOfText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return mix(hash) >>> 0;
}

function mix(value: number): number {
  const mixed = Math.imul(value ^ (value >>> 16), 0x45d9f3b);
  return mixed ^ (mixed >>> 15);
}

/** Whether a share of all hashes contains this one; independent of its low bits. */
export function isSampled(hash: number, ratio: number): boolean {
  return ratio >= 1 || hash / 2 ** 32 < ratio;
}
