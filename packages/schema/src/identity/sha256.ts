import { get, hashBlocks, readWords, toHex } from './blocks.ts';

const primes = firstPrimes(64);
/** The first 32 bits of the fractional parts of the square roots and cube roots of primes. */
const initial = Int32Array.from(primes.slice(0, 8), (prime) => fractionOf(Math.sqrt(prime)));
const constants = Int32Array.from(primes, (prime) => fractionOf(Math.cbrt(prime)));
const words = new Int32Array(64);

const state = new Int32Array(initial.length);

/** SHA-256 (FIPS 180-4, section 6.2) in hexadecimal. */
export function sha256(bytes: Uint8Array): string {
  state.set(initial);
  hashBlocks(state, new DataView(bytes.buffer, bytes.byteOffset, bytes.length), bytes.length, compress);
  let hex = '';
  for (const word of state) hex += toHex(word >>> 16) + toHex(word);
  return hex;
}

function compress(sums: Int32Array, bytes: DataView, at: number): void {
  expand(bytes, at);
  let a = get(sums, 0);
  let b = get(sums, 1);
  let c = get(sums, 2);
  let d = get(sums, 3);
  let e = get(sums, 4);
  let f = get(sums, 5);
  let g = get(sums, 6);
  let h = get(sums, 7);
  for (let round = 0; round < 64; round++) {
    const rotatedE = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const first = (h + rotatedE + (g ^ (e & (f ^ g))) + get(constants, round) + get(words, round)) | 0;
    const rotatedA = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const second = (rotatedA + ((a & b) | (c & (a | b)))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  sums[0] = get(sums, 0) + a;
  sums[1] = get(sums, 1) + b;
  sums[2] = get(sums, 2) + c;
  sums[3] = get(sums, 3) + d;
  sums[4] = get(sums, 4) + e;
  sums[5] = get(sums, 5) + f;
  sums[6] = get(sums, 6) + g;
  sums[7] = get(sums, 7) + h;
}

/** The 64 words of a block. */
function expand(bytes: DataView, at: number): void {
  readWords(words, bytes, at);
  for (let index = 16; index < 64; index++) {
    const x = get(words, index - 15);
    const y = get(words, index - 2);
    const first = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const second = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    words[index] = get(words, index - 16) + first + get(words, index - 7) + second;
  }
}

function firstPrimes(count: number): readonly number[] {
  const found: number[] = [];
  for (let candidate = 2; found.length < count; candidate++)
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate);
  return found;
}

/** The first 32 bits of a fraction; `|` drops what is before it. */
function fractionOf(root: number): number {
  return (root * 2 ** 32) | 0;
}
