import { randomInt } from 'node:crypto';

/** Differs between processes: otherwise a producer could choose ids that collide. */
const SEED = randomInt(2 ** 32);

/** An odd number whose bits are mixed: 2^32 divided by the golden ratio (Knuth, The Art of Computer Programming, 6.4). */
const MULTIPLIER = 0x9e3779b1;

/**
 * Finds repeated elements in an array of words of 32 bits, in linear time.
 * @param size number of words of an element
 * @returns for each element the index of the first one that is equal to it
 */
export function firstElements(words: Uint32Array, size: number): Int32Array {
  const firsts = new Int32Array(words.length / size);
  const mask = 2 ** Math.ceil(Math.log2(2 * firsts.length + 1)) - 1;
  /** A hash table: indexes of elements, and -1. */
  const slots = new Int32Array(mask + 1).fill(-1);
  for (let index = 0; index < firsts.length; index++) {
    let slot = hash(words, size * index, size) & mask;
    let first = slots[slot] ?? -1;
    while (first >= 0 && !isEqual(words, size * first, size * index, size)) {
      slot = (slot + 1) & mask;
      first = slots[slot] ?? -1;
    }
    if (first < 0) slots[slot] = index;
    firsts[index] = first < 0 ? index : first;
  }
  return firsts;
}

function hash(words: Uint32Array, start: number, size: number): number {
  let mixed = SEED;
  for (let at = start; at < start + size; at++) {
    mixed = Math.imul(mixed ^ (words[at] ?? 0), MULTIPLIER);
    // Multiplying moves differences to higher bits. There they could be undone by the next word, whatever the seed is.
    mixed ^= mixed >>> 15;
  }
  return mixed;
}

function isEqual(words: Uint32Array, start: number, other: number, size: number): boolean {
  for (let at = 0; at < size; at++) if (words[start + at] !== words[other + at]) return false;
  return true;
}
