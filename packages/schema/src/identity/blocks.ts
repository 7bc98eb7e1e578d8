/** Changes the state of a hash by the 64 bytes at an offset. */
export type Compress = (state: Int32Array, bytes: DataView, at: number) => void;

const BLOCK = 64;
const tail = new DataView(new ArrayBuffer(2 * BLOCK));

/**
 * Hashes the first bytes of a message as SHA-1 and SHA-256 do (FIPS 180-4, sections 5.1.1 and 6): block by
 * block, the last with a one bit, zeros, and the length in bits. For the short messages of ids, several times as
 * fast as a library of many hashes.
 */
export function hashBlocks(state: Int32Array, message: DataView, length: number, compress: Compress): void {
  const rest = length % BLOCK;
  const whole = length - rest;
  for (let at = 0; at < whole; at += BLOCK) compress(state, message, at);
  const padded = rest < BLOCK - 8 ? BLOCK : 2 * BLOCK;
  for (let at = 0; at < rest; at++) tail.setUint8(at, message.getUint8(whole + at));
  tail.setUint8(rest, 0x80);
  for (let at = rest + 1; at < padded - 8; at++) tail.setUint8(at, 0);
  tail.setUint32(padded - 8, length / 2 ** 29);
  tail.setUint32(padded - 4, length << 3);
  for (let at = 0; at < padded; at += BLOCK) compress(state, tail, at);
}

/** Reads the 16 big-endian words of a block. */
export function readWords(words: Int32Array, bytes: DataView, at: number): void {
  for (let index = 0; index < 16; index++) words[index] = bytes.getInt32(at + 4 * index);
}

/** A word of an array that is certain to have it. */
export function get(words: Int32Array, index: number): number {
  return words[index] ?? 0;
}

const bytesInHex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** The hexadecimal digits of the lower 16 bits of a word. */
export function toHex(word: number): string {
  return `${bytesInHex[(word >>> 8) & 0xff]}${bytesInHex[word & 0xff]}`;
}
