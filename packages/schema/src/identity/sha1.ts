import { get, hashBlocks, readWords } from './blocks.ts';

const initial = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
const words = new Int32Array(80);

const state = new Int32Array(initial.length);

/**
 * SHA-1 (FIPS 180-4, section 6.1) of the first bytes of a message as five words, valid until the next call. For
 * UUIDs by name; it does not protect against collisions.
 */
export function sha1(message: DataView, length: number): Int32Array {
  state.set(initial);
  hashBlocks(state, message, length, compress);
  return state;
}

function compress(sums: Int32Array, bytes: DataView, at: number): void {
  expand(bytes, at);
  let a = get(sums, 0);
  let b = get(sums, 1);
  let c = get(sums, 2);
  let d = get(sums, 3);
  let e = get(sums, 4);
  for (let round = 0; round < 80; round++) {
    const next = (((a << 5) | (a >>> 27)) + mix(round, b, c, d) + e + get(words, round)) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  sums[0] = get(sums, 0) + a;
  sums[1] = get(sums, 1) + b;
  sums[2] = get(sums, 2) + c;
  sums[3] = get(sums, 3) + d;
  sums[4] = get(sums, 4) + e;
}

/** The 80 words of a block. */
function expand(bytes: DataView, at: number): void {
  readWords(words, bytes, at);
  for (let index = 16; index < 80; index++) {
    const word =
      get(words, index - 3) ^ get(words, index - 8) ^ get(words, index - 14) ^ get(words, index - 16);
    words[index] = (word << 1) | (word >>> 31);
  }
}

/** The function of a round and its constant. */
function mix(round: number, b: number, c: number, d: number): number {
  if (round < 20) return (d ^ (b & (c ^ d))) + 0x5a827999;
  if (round < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  return round < 60 ? ((b & c) | (d & (b | c))) + 0x8f1bbcdc : (b ^ c ^ d) + 0xca62c1d6;
}
