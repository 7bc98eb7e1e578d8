const FIRST_BYTES = 16 << 10;
/** UTF-8 takes at most so many bytes for a unit of a JavaScript string. */
const BYTES_PER_UNIT = 3;

/**
 * Many texts, one after another in one buffer, each with a separator after it. Thousands of strings that wait for
 * Postgres would be copied by the garbage collector again and again; a buffer is not.
 */
export class TextColumn {
  readonly #separator: number;
  readonly #ends: number[] = [0];
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);

  /** @param separator one character of ASCII */
  constructor(separator: string) {
    this.#separator = separator.charCodeAt(0);
  }

  push(text: string): void {
    const start = this.#ends.at(-1) ?? 0;
    this.#makeRoom(start + BYTES_PER_UNIT * text.length + 1);
    const end = start + this.#bytes.write(text, start);
    this.#bytes[end] = this.#separator;
    this.#ends.push(end + 1);
  }

  /** The text at an index. */
  at(index: number): string {
    return this.#cut(this.#ends[index], this.#ends[index + 1]);
  }

  /** All texts, with the separator between them. */
  join(): string {
    return this.#cut(0, this.#ends.at(-1));
  }

  /** From the start of a text to the end of the same or a later one, without the separator there. */
  #cut(start = 0, end = 0): string {
    return this.#bytes.toString('utf8', start, Math.max(start, end - 1));
  }

  #makeRoom(needed: number): void {
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(larger);
    this.#bytes = larger;
  }
}
