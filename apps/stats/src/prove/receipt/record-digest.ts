import { hash } from 'node:crypto';
import type { KafkaRecord } from '@pipeline/kafka';

const WORDS = 4;
const WORD = 2 ** 32;

/**
 * A digest of a set of records that does not depend on their order: the sum, modulo 2^128, of the first 128 bits of
 * each record's SHA-256. The digest of a range is the sum of those of its parts.
 */
export class RecordDigest {
  readonly #words = new Uint32Array(WORDS);

  /** @param text 32 hexadecimal digits */
  static from(text: string): RecordDigest {
    const digest = new RecordDigest();
    digest.#add((index) => Number.parseInt(text.slice(8 * index, 8 * index + 8), 16));
    return digest;
  }

  add(record: KafkaRecord): void {
    // As a string of bytes: a buffer of its own for each hash would be garbage outside of the heap.
    const bytes = hash('sha256', encode(record), 'binary');
    this.#add((index) => wordAt(bytes, 4 * index));
  }

  addAll(other: RecordDigest): void {
    this.#add((index) => other.#words[index] ?? 0);
  }

  /** 32 hexadecimal digits. */
  toString(): string {
    return Array.from(this.#words, (word) => word.toString(16).padStart(8, '0')).join('');
  }

  /** @param wordAt the four words to add, most significant first */
  #add(wordAt: (index: number) => number): void {
    let carry = 0;
    for (let index = WORDS - 1; index >= 0; index--) {
      const sum = (this.#words[index] ?? 0) + wordAt(index) + carry;
      this.#words[index] = sum;
      carry = sum >= WORD ? 1 : 0;
    }
  }
}

/** The word of four bytes, most significant first. */
function wordAt(bytes: string, at: number): number {
  const byte = (index: number) => bytes.charCodeAt(at + index);
  return ((byte(0) << 24) | (byte(1) << 16) | (byte(2) << 8) | byte(3)) >>> 0;
}

let scratch = Buffer.alloc(64 << 10);

/** The parts of a record with their lengths, so that different records have different encodings. Valid until the next. */
function encode({ offset, timestamp, key, value, headers = [] }: KafkaRecord): Buffer {
  const parts = [key, value, ...headers.flat()];
  const head = `${offset} ${timestamp} ${parts.map(lengthOf).join(' ')}\n`;
  const size = parts.reduce<number>((sum, part) => sum + Math.max(0, lengthOf(part)), head.length);
  if (size > scratch.length) scratch = Buffer.alloc(2 * size);
  let at = scratch.write(head, 'latin1');
  for (const part of parts)
    if (part !== null) at += typeof part === 'string' ? scratch.write(part, at) : part.copy(scratch, at);
  return scratch.subarray(0, at);
}

/** In bytes; -1 for null. */
function lengthOf(part: Buffer | string | null): number {
  if (part === null) return -1;
  return typeof part === 'string' ? Buffer.byteLength(part) : part.length;
}
