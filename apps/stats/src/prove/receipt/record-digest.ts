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
    digest.#add(Buffer.from(text, 'hex'));
    return digest;
  }

  add(record: KafkaRecord): void {
    this.#add(hash('sha256', encode(record), 'buffer'));
  }

  addAll(other: RecordDigest): void {
    this.#add(Buffer.from(String(other), 'hex'));
  }

  /** 32 hexadecimal digits. */
  toString(): string {
    return Array.from(this.#words, (word) => word.toString(16).padStart(8, '0')).join('');
  }

  /** Adds the first four words of some bytes, most significant first. */
  #add(bytes: Buffer): void {
    let carry = 0;
    for (let index = WORDS - 1; index >= 0; index--) {
      const sum = (this.#words[index] ?? 0) + bytes.readUInt32BE(4 * index) + carry;
      this.#words[index] = sum;
      carry = sum >= WORD ? 1 : 0;
    }
  }
}

/** The parts of a record with their lengths, so that different records have different encodings. */
function encode({ offset, timestamp, key, value, headers = [] }: KafkaRecord): Buffer {
  const parts = [key, value, ...headers.flat()].map((part) =>
    typeof part === 'string' ? Buffer.from(part) : part,
  );
  const lengths = parts.map((part) => part?.length ?? -1).join(' ');
  return Buffer.concat([
    Buffer.from(`${offset} ${timestamp} ${lengths}\n`),
    ...parts.filter((part) => part !== null),
  ]);
}
