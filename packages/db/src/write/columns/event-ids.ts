import { firstElements } from './first-elements.ts';

/** Type of the elements, `uuid`, and the lower bound of the array, 1. */
const [UUID, FIRST] = [2950, 1];
/** Words of 32 bits: those before the elements, and those of an element, the first of which is its length. */
const [HEADER, STEP] = [5, 5];
/** Of an id, and of its text. */
const [ID_BYTES, ID_LENGTH] = [16, 36];

/**
 * The event ids of COPY's text, as words of an array in the binary format of Postgres. Postgres parses the text form ten
 * times as slowly as it looks the ids up in an index, and thousands of strings that outlive a query cost the garbage
 * collector more than both.
 */
export class EventIds {
  readonly length: number;
  readonly #text: Buffer;
  readonly #starts: readonly number[];
  /** The dimensions (1), no nulls, the type, the length and the lower bound; then the length of each id, and the id. */
  readonly #words: Uint32Array<ArrayBuffer>;

  /**
   * @param text lines that begin with a UUID
   * @param starts positions of the lines
   */
  constructor(text: Buffer, starts: readonly number[]) {
    this.length = starts.length;
    this.#text = text;
    this.#starts = starts;
    this.#words = new Uint32Array(HEADER + STEP * starts.length);
    this.#words.set([1, 0, UUID, starts.length, FIRST]);
    let at = HEADER;
    for (const start of starts) {
      this.#words[at] = ID_BYTES;
      readUuid(text, start, this.#words, at + 1);
      at += STEP;
    }
  }

  static of(ids: readonly string[]): EventIds {
    const starts = ids.map((_, index) => (ID_LENGTH + 1) * index);
    return new EventIds(Buffer.from(ids.join('\n')), starts);
  }

  /** An id, without capital letters. */
  at(index: number): string {
    const start = this.#starts[index] ?? 0;
    return this.#text.toString('latin1', start, start + ID_LENGTH).toLowerCase();
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
    const [start, otherStart] = [HEADER + STEP * index, HEADER + STEP * other];
    for (let at = 1; at < STEP; at++) {
      const difference = (this.#words[start + at] ?? 0) - (this.#words[otherStart + at] ?? 0);
      if (difference !== 0) return difference;
    }
    return 0;
  }

  /** For each id, the index of the first equal one, or -1 if it is one of `stored`. */
  firsts(stored: EventIds): Int32Array {
    const earlier = stored.#words.subarray(HEADER);
    const words = new Uint32Array(earlier.length + STEP * this.length);
    words.set(earlier);
    words.set(this.#words.subarray(HEADER), earlier.length);
    const firsts = firstElements(words, STEP).subarray(stored.length);
    return firsts.map((first) => Math.max(first - stored.length, -1));
  }

  /** The ids as an array in the binary format of Postgres, whose numbers are big-endian. */
  toArray(): Buffer {
    return Buffer.from(this.#words.slice().buffer).swap32();
  }
}

/** Where the groups of four digits are in a UUID, two for each word. */
const [HIGH, LOW] = [
  [0, 9, 19, 28],
  [4, 14, 24, 32],
] as const;

function readUuid(text: Uint8Array, start: number, target: Uint32Array, at: number): void {
  for (let word = 0; word < 4; word++) {
    const high = readGroup(text, start + (HIGH[word] ?? 0));
    target[at + word] = (high << 16) | readGroup(text, start + (LOW[word] ?? 0));
  }
}

/** The number that four hexadecimal digits write. */
function readGroup(text: Uint8Array, at: number): number {
  const high = (digitOf(text[at]) << 4) | digitOf(text[at + 1]);
  return (high << 8) | (digitOf(text[at + 2]) << 4) | digitOf(text[at + 3]);
}

/** The low half of the code, and 9 more from a to f. */
function digitOf(code = 0): number {
  return (code & 15) + 9 * (code >> 6);
}
