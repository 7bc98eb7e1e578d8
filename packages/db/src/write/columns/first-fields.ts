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
    const bytes = this.#bytes;
    let [at, otherAt] = [this.#startOf(index), this.#startOf(other)];
    for (; bytes[at] === bytes[otherAt] && bytes[at] !== TAB; at++) otherAt++;
    return (bytes[at] ?? 0) - (bytes[otherAt] ?? 0);
  }

  /** Like `compare`, with a text. */
  compareTo(index: number, text: string): number {
    const start = this.#startOf(index);
    let at = 0;
    while (at < text.length && this.#bytes[start + at] === text.charCodeAt(at)) at++;
    return (this.#bytes[start + at] ?? 0) - (at < text.length ? text.charCodeAt(at) : TAB);
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
