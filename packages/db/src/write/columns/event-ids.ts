/** Type of the elements, `uuid`, and the lower bound of the array, 1. */
const [UUID, FIRST] = [2950, 1];
/** Words of 32 bits: those before the elements, and those of an element, the first of which is its length. */
const [HEADER, STEP] = [5, 5];
const ID_BYTES = 16;

/**
 * The event ids of COPY's text, as words of an array in the binary format of Postgres. Postgres parses the text form ten
 * times as slowly as it looks the ids up in an index, and thousands of strings that outlive a query cost the garbage
 * collector more than both.
 */
export class EventIds {
  readonly length: number;
  /** The dimensions (1), no nulls, the type, the length and the lower bound; then the length of each id, and the id. */
  readonly #words: Uint32Array<ArrayBuffer>;

  /**
   * @param text lines that begin with a UUID
   * @param starts positions of the lines
   */
  constructor(text: Uint8Array, starts: readonly number[]) {
    this.length = starts.length;
    this.#words = new Uint32Array(HEADER + STEP * starts.length);
    this.#words.set([1, 0, UUID, starts.length, FIRST]);
    let at = HEADER;
    for (const start of starts) {
      this.#words[at] = ID_BYTES;
      readUuid(text, start, this.#words, at + 1);
      at += STEP;
    }
  }

  /** An id, without capital letters. */
  at(index: number): string {
    const start = startOf(index);
    const hex = Array.from(this.#words.subarray(start, start + 4), (word) =>
      word.toString(16).padStart(8, '0'),
    );
    return hex.join('').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  }

  /** Negative if an id is less than another one, 0 if they are equal. */
  compare(index: number, other: number): number {
    return compareWords(this.#words, startOf(index), this.#words, startOf(other));
  }

  /** The indexes in the order of their ids; equal ids are in the order of their indexes. */
  inOrder(): readonly number[] {
    return Array.from({ length: this.length }, (_, index) => index).sort((a, b) => this.compare(a, b));
  }

  /** The position in `order`, which `inOrder` returned, of the first id that is not less than a UUID. */
  search(order: readonly number[], uuid: string): number {
    const wanted = new Uint32Array(4);
    readUuid(Buffer.from(uuid), 0, wanted, 0);
    let [low, high] = [0, order.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareWords(this.#words, startOf(order[middle] ?? 0), wanted, 0) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The ids as an array in the binary format of Postgres, whose numbers are big-endian. */
  toArray(): Buffer {
    return Buffer.from(this.#words.slice().buffer).swap32();
  }
}

function startOf(index: number): number {
  return HEADER + STEP * index + 1;
}

/** Compares two ids of four words. */
function compareWords(words: Uint32Array, start: number, others: Uint32Array, otherStart: number): number {
  for (let at = 0; at < 4; at++) {
    const difference = (words[start + at] ?? 0) - (others[otherStart + at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
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
