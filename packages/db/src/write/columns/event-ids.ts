import { BinaryArray } from '../../statement/binary-array.ts';
import { firstElements } from './first-elements.ts';
import { readUuid, UUID_BYTES, UUID_CHARACTERS, writeUuid } from './uuid-bytes.ts';

/** Words of 32 bits of an element, the first of which is its length. */
const STEP = 5;

/**
 * The event ids of a batch, as words of an array in the binary format of Postgres. Postgres parses the text form ten
 * times as slowly as it looks the ids up in an index, and thousands of strings that outlive a query cost the garbage
 * collector more than both.
 */
export class EventIds {
  readonly length: number;
  readonly #bytes: Buffer;
  readonly #positions: readonly number[];
  /** The length of each id, and the id. */
  readonly #words: Uint32Array<ArrayBuffer>;

  /** @param positions of the ids in `bytes` */
  constructor(bytes: Buffer, positions: readonly number[]) {
    this.length = positions.length;
    this.#bytes = bytes;
    this.#positions = positions;
    this.#words = new Uint32Array(STEP * positions.length);
    let at = 0;
    for (const position of positions) {
      this.#words[at] = UUID_BYTES;
      readWords(bytes, position, this.#words, at + 1);
      at += STEP;
    }
  }

  /** The ids in a text, separated by commas. */
  static parse(list: string): EventIds {
    const text = Buffer.from(list);
    const length = Math.floor((list.length + 1) / (UUID_CHARACTERS + 1));
    const positions = Array.from({ length }, (_, index) => UUID_BYTES * index);
    const bytes = Buffer.allocUnsafe(UUID_BYTES * positions.length);
    for (const [index, position] of positions.entries())
      writeUuid(bytes, position, text, (UUID_CHARACTERS + 1) * index);
    return new EventIds(bytes, positions);
  }

  /** An id, without capital letters. */
  at(index: number): string {
    return readUuid(this.#bytes, this.#positions[index] ?? 0);
  }

  /** The lowest and the highest id; undefined if there are none. */
  get range(): readonly [lowest: string, highest: string] | undefined {
    if (this.length === 0) return undefined;
    let [lowest, highest] = [0, 0];
    for (let index = 1; index < this.length; index++) {
      if (this.#compare(index, lowest) < 0) lowest = index;
      if (this.#compare(index, highest) > 0) highest = index;
    }
    return [this.at(lowest), this.at(highest)];
  }

  #compare(index: number, other: number): number {
    const [start, otherStart] = [STEP * index, STEP * other];
    for (let at = 1; at < STEP; at++) {
      const difference = (this.#words[start + at] ?? 0) - (this.#words[otherStart + at] ?? 0);
      if (difference !== 0) return difference;
    }
    return 0;
  }

  /** For each id, the index of the first equal one, or -1 if it is one of `stored`. */
  firsts(stored: EventIds): Int32Array {
    const words = new Uint32Array(stored.#words.length + this.#words.length);
    words.set(stored.#words);
    words.set(this.#words, stored.#words.length);
    const firsts = firstElements(words, STEP).subarray(stored.length);
    return firsts.map((first) => Math.max(first - stored.length, -1));
  }

  /** The ids as an array; its numbers are big-endian. */
  toArray(): BinaryArray {
    const array = new BinaryArray('uuid', this.length, this.#words.byteLength);
    array.elements.set(new Uint8Array(this.#words.buffer));
    array.elements.swap32();
    return array;
  }
}

function readWords(bytes: Uint8Array, start: number, target: Uint32Array, at: number): void {
  for (let word = 0; word < STEP - 1; word++) target[at + word] = readWord(bytes, start + 4 * word);
}

/** The number that four bytes are. */
function readWord(bytes: Uint8Array, at: number): number {
  const high = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  return ((high << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0;
}
