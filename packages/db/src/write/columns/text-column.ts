import type { Layout } from './array-literal.ts';

const NO_BYTES = Buffer.alloc(0);
/** Maximum number of UTF-8 bytes per UTF-16 code unit. */
const BYTES_PER_UNIT = 3;
/** Texts are joined up to these limits before they are written: `Buffer.write` has a high cost per call. */
const [MANY_TEXTS, MANY_UNITS] = [64, 16 << 10];

/**
 * A column of texts, encoded into one buffer as it is sent to Postgres. The garbage collector would copy
 * thousands of long-lived strings several times, but not a buffer.
 */
export class TextColumn {
  readonly #layout: Layout;
  #unwritten: string[] = [];
  #units = 0;
  #bytes = NO_BYTES;
  #end = 0;

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  push(text: string): void {
    this.#unwritten.push(text);
    this.#units += text.length;
    if (this.#unwritten.length === MANY_TEXTS || this.#units > MANY_UNITS) this.#flush();
  }

  /** The encoded column: a view that is valid until the next push. */
  get bytes(): Buffer {
    if (this.#unwritten.length > 0) this.#flush();
    const { close, empty } = this.#layout;
    if (this.#end === 0) return Buffer.from(empty);
    const end = this.#write(close, this.#end);
    return this.#bytes.subarray(0, end);
  }

  /** The texts as they were pushed. */
  get texts(): readonly string[] {
    return this.#layout.parse(String(this.bytes));
  }

  #flush(): void {
    const { open, between } = this.#layout;
    const text = (this.#end === 0 ? open : between) + this.#unwritten.join(between);
    this.#end = this.#write(text, this.#end);
    this.#unwritten = [];
    this.#units = 0;
  }

  /** @returns the position after the text */
  #write(text: string, at: number): number {
    this.#makeRoom(at + BYTES_PER_UNIT * text.length);
    return at + this.#bytes.write(text, at);
  }

  #makeRoom(length: number): void {
    if (length <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(length, 2 * this.#bytes.length));
    this.#bytes.copy(larger, 0, 0, this.#end);
    this.#bytes = larger;
  }
}
