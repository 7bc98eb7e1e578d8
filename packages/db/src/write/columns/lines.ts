/** Maximum number of UTF-8 bytes per UTF-16 code unit. */
const BYTES_PER_UNIT = 3;
/** Lines are joined up to these limits before they are written: `Buffer.write` has a high cost per call. */
const [MANY_LINES, MANY_UNITS] = [64, 16 << 10];
const LINE_FEED = 10;

/**
 * Lines of text, encoded into one buffer as it is sent to Postgres. The garbage collector would copy thousands of
 * long-lived strings several times, but not a buffer.
 */
export class Lines {
  #unwritten: string[] = [];
  #units = 0;
  #bytes: Buffer;
  #end = 0;
  readonly #starts: number[] = [];

  /** @param size bytes to reserve; more are added when they are needed */
  constructor(size = 0) {
    this.#bytes = Buffer.allocUnsafe(size);
  }

  /** @param line without a line feed */
  push(line: string): void {
    this.#unwritten.push(line);
    this.#units += line.length;
    if (this.#unwritten.length === MANY_LINES || this.#units > MANY_UNITS) this.#flush();
  }

  /** Makes room for a line of `length` bytes, its line feed included. The caller writes it at the returned position. */
  extend(length: number): number {
    if (this.#unwritten.length > 0) this.#flush();
    const start = this.#end;
    this.#starts.push(start);
    this.#makeRoom(start + length);
    this.#end += length;
    return start;
  }

  /** The buffer that `extend` makes room in; the next push may replace it. */
  get buffer(): Buffer {
    return this.#bytes;
  }

  /** The last line that was pushed; undefined if there is none. */
  get last(): string | undefined {
    const start = this.starts.at(-1);
    return start === undefined ? undefined : this.#bytes.toString('utf8', start, this.#end - 1);
  }

  /** The lines, each with a line feed: a view that is valid until the next push. */
  get bytes(): Buffer {
    if (this.#unwritten.length > 0) this.#flush();
    return this.#bytes.subarray(0, this.#end);
  }

  /** The lines as they were pushed. */
  get texts(): readonly string[] {
    return String(this.bytes).split('\n').slice(0, -1);
  }

  /** The positions of the lines in `bytes`. */
  get starts(): readonly number[] {
    if (this.#unwritten.length > 0) this.#flush();
    return this.#starts;
  }

  /** The lines at some indexes, as they were pushed. */
  pick(indexes: readonly number[]): readonly string[] {
    const { bytes, starts } = this;
    return indexes.map((index) =>
      bytes.toString('utf8', starts[index], (starts[index + 1] ?? bytes.length) - 1),
    );
  }

  /** The lines but those at some ascending indexes, in pieces: views that are valid until the next push. */
  without(indexes: readonly number[]): readonly Uint8Array[] {
    const { bytes, starts } = this;
    const pieces: Uint8Array[] = [];
    let from = 0;
    for (const index of indexes) {
      pieces.push(bytes.subarray(from, starts[index]));
      from = starts[index + 1] ?? bytes.length;
    }
    pieces.push(bytes.subarray(from));
    return pieces.filter(({ length }) => length > 0);
  }

  #flush(): void {
    const text = `${this.#unwritten.join('\n')}\n`;
    this.#makeRoom(this.#end + BYTES_PER_UNIT * text.length);
    let at = this.#end;
    this.#end += this.#bytes.write(text, at);
    for (; at < this.#end; at = this.#bytes.indexOf(LINE_FEED, at) + 1) this.#starts.push(at);
    this.#unwritten = [];
    this.#units = 0;
  }

  #makeRoom(length: number): void {
    if (length <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(length, 2 * this.#bytes.length));
    this.#bytes.copy(larger, 0, 0, this.#end);
    this.#bytes = larger;
  }
}
