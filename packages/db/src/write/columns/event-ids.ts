/** Type of the elements, `uuid`, and the lower bound of the array, 1. */
const [UUID, FIRST] = [2950, 1];
/** Bytes before the elements, of an element's length, and of an element. */
const [HEADER, LENGTH, ID] = [20, 4, 16];
const STEP = LENGTH + ID;
const DASH = 45;

/**
 * The event ids of COPY's text, as an array in the binary format of Postgres. Postgres parses the text form ten times as
 * slowly as it looks the ids up in an index, and thousands of strings that outlive a query cost the garbage collector
 * more than both.
 */
export class EventIds {
  readonly length: number;
  /** The dimensions (1), no nulls, the type, the length and the lower bound; then the length of each id, and the id. */
  readonly #array: Buffer;

  /**
   * @param text lines that begin with a UUID
   * @param starts positions of the lines
   */
  constructor(text: Uint8Array, starts: readonly number[]) {
    this.length = starts.length;
    this.#array = Buffer.alloc(HEADER + STEP * starts.length);
    for (const [index, value] of [1, 0, UUID, starts.length, FIRST].entries())
      this.#array.writeInt32BE(value, 4 * index);
    let at = HEADER;
    for (const start of starts) {
      this.#array[at + LENGTH - 1] = ID;
      readUuid(text, start, this.#array, at + LENGTH);
      at += STEP;
    }
  }

  /** An id, without capital letters. */
  at(index: number): string {
    const hex = this.#array.toString('hex', startOf(index), startOf(index) + ID);
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  }

  /** Negative if an id is less than another one, 0 if they are equal. */
  compare(index: number, other: number): number {
    return this.#compareWith(this.#array, startOf(index), startOf(other));
  }

  /** The indexes in the order of their ids; equal ids are in the order of their indexes. */
  inOrder(): readonly number[] {
    return Array.from({ length: this.length }, (_, index) => index).sort(
      (a, b) => this.compare(a, b) || a - b,
    );
  }

  /** The position in `order`, which `inOrder` returned, of the first id that is not less than a UUID. */
  search(order: readonly number[], uuid: string): number {
    const wanted = Buffer.from(uuid.replaceAll('-', ''), 'hex');
    let [low, high] = [0, order.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#compareWith(wanted, startOf(order[middle] ?? 0), 0) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The ids as an array in the binary format of Postgres. */
  toArray(): Buffer {
    return this.#array;
  }

  #compareWith(others: Uint8Array, start: number, otherStart: number): number {
    for (let at = 0; at < ID; at++) {
      const difference = (this.#array[start + at] ?? 0) - (others[otherStart + at] ?? 0);
      if (difference !== 0) return difference;
    }
    return 0;
  }
}

function startOf(index: number): number {
  return HEADER + STEP * index + LENGTH;
}

/** Reads the hexadecimal digits of a UUID, two for each byte. */
function readUuid(text: Uint8Array, start: number, target: Uint8Array, at: number): void {
  let from = start;
  for (let byte = 0; byte < ID; byte++) {
    if (text[from] === DASH) from++;
    target[at + byte] = 16 * digitOf(text[from]) + digitOf(text[from + 1]);
    from += 2;
  }
}

/** The low half of the code, and 9 more from a to f. */
function digitOf(code = 0): number {
  return (code & 15) + 9 * (code >> 6);
}
