const [TAB, LINE_FEED, COMMA, OPEN, CLOSE] = [9, 10, 44, 123, 125];

/**
 * The first field of each line of COPY's text, in ASCII. Reads them in place: thousands of strings that outlive a query
 * cost the garbage collector more than the query.
 */
export class FirstFields {
  readonly #bytes: Buffer;
  readonly #starts: number[] = [];

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    for (let at = 0; at < bytes.length; at = bytes.indexOf(LINE_FEED, at) + 1) this.#starts.push(at);
  }

  get length(): number {
    return this.#starts.length;
  }

  at(index: number): string {
    const start = this.#startOf(index);
    return this.#bytes.toString('latin1', start, this.#bytes.indexOf(TAB, start));
  }

  /** Negative if a field is less than another one, 0 if they are equal. */
  compare(index: number, other: number): number {
    return compareFields(this.#bytes, this.#startOf(index), this.#bytes, this.#startOf(other));
  }

  /** Like `compare`, with the field that begins at a position of other bytes and ends with a tab. */
  compareTo(index: number, bytes: Uint8Array, position: number): number {
    return compareFields(this.#bytes, this.#startOf(index), bytes, position);
  }

  /** The fields as an array literal of Postgres, which needs no quotes for ids. */
  toArray(): Buffer {
    const bytes = this.#bytes;
    const lengths = this.#starts.reduce((sum, start) => sum + bytes.indexOf(TAB, start) - start, 0);
    const array = Buffer.allocUnsafe(lengths + Math.max(this.length, 1) + 1);
    let end = 0;
    array[end++] = OPEN;
    for (const start of this.#starts) {
      for (let at = start; bytes[at] !== TAB; at++) array[end++] = bytes[at] ?? 0;
      array[end++] = COMMA;
    }
    array[Math.max(end - 1, 1)] = CLOSE;
    return array;
  }

  #startOf(index: number): number {
    return this.#starts[index] ?? 0;
  }
}

function compareFields(a: Uint8Array, startA: number, b: Uint8Array, startB: number): number {
  let at = 0;
  while (a[startA + at] === b[startB + at] && a[startA + at] !== TAB) at++;
  return (a[startA + at] ?? 0) - (b[startB + at] ?? 0);
}
