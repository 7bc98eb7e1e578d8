import { type Entry, kinds } from './entry.ts';
import { formatId, hashOfId, ID_BYTES, ID_WORDS, isSampled } from './event-id.ts';

/** An id, the kind and the partition (16 bits each), the detail, and the offset (64 bits, the low word first). */
export const ENTRY_WORDS = ID_WORDS + 4;

/** Occurrences of event ids, in order, 32 bytes each. As objects, those of a large topic would not fit into memory. */
export class Entries implements Iterable<readonly [eventId: string, entry: Entry]> {
  #words: Uint32Array;
  #end = 0;

  /** @param expected number of entries to reserve memory for */
  constructor(expected = 0) {
    this.#words = new Uint32Array(expected * ENTRY_WORDS);
  }

  /**
   * @param ids words of ids, of which those of one start at index `at`
   */
  push(ids: Uint32Array, at: number, { kind, partition, offset, detail }: NewEntry): void {
    const words = this.#makeRoom();
    const end = this.#end;
    for (let index = 0; index < ID_WORDS; index++) words[end + index] = ids[at + index] ?? 0;
    words[end + ID_WORDS] = kinds.indexOf(kind) | (partition << 16);
    words[end + ID_WORDS + 1] = detail;
    writeOffset(words, end + ID_WORDS + 2, offset);
    this.#end += ENTRY_WORDS;
  }

  /** The entries, one after the other: a view that is valid until the next push. */
  get words(): Uint32Array {
    return this.#words.subarray(0, this.#end);
  }

  *[Symbol.iterator](): Iterator<readonly [string, Entry]> {
    for (let at = 0; at < this.#end; at += ENTRY_WORDS)
      yield [formatId(this.#words, at), readEntry(this.#words, at)];
  }

  #makeRoom(): Uint32Array {
    if (this.#end === this.#words.length) {
      const larger = new Uint32Array(Math.max(2 * this.#end, 64 * ENTRY_WORDS));
      larger.set(this.#words);
      this.#words = larger;
    }
    return this.#words;
  }
}

/** An entry to add; its offset may be decimal. */
export type NewEntry = Omit<Entry, 'offset'> & { readonly offset: bigint | string };

const row = { kind: 'row', partition: 0, offset: 0n, detail: 0 } as const;

/** The entries of rows with these ids, or of a share of them. @param ids 16 bytes each */
export function toRowEntries(ids: Buffer, sample: number): Entries {
  const words = new Uint32Array((ids.length / ID_BYTES) * ID_WORDS);
  for (const index of words.keys()) words[index] = ids.readUInt32BE(4 * index);
  const rows = new Entries(ids.length / ID_BYTES);
  for (let at = 0; at < words.length; at += ID_WORDS)
    if (isSampled(hashOfId(words, at), sample)) rows.push(words, at, row);
  return rows;
}

/** Reads the entry at index `at`. */
export function readEntry(words: Uint32Array, at: number): Entry {
  const word = (index: number) => words[at + ID_WORDS + index] ?? 0;
  return {
    kind: kinds[word(0) & 0xffff] ?? 'row',
    partition: word(0) >>> 16,
    detail: word(1),
    offset: BigInt.asIntN(64, (BigInt(word(3)) << 32n) | BigInt(word(2))),
  };
}

/** Arithmetic of numbers takes a tenth of the time, and offsets hardly ever exceed 2^53. */
function writeOffset(words: Uint32Array, at: number, offset: bigint | string): void {
  const number = Number(offset);
  const [low, high] = Number.isSafeInteger(number)
    ? [number, Math.floor(number / 2 ** 32)]
    : [BigInt(offset), BigInt(offset) >> 32n].map((one) => Number(BigInt.asUintN(32, one)));
  words[at] = low ?? 0;
  words[at + 1] = high ?? 0;
}
