import type { Layout } from './array-literal.ts';

const NO_BYTES = Buffer.alloc(0);
/** UTF-8 takes at most so many bytes for a unit of a JavaScript string. */
const BYTES_PER_UNIT = 3;
/** Texts are written together, up to so many of them or units: a call of `write` takes longer than to join two texts. */
const [MANY_TEXTS, MANY_UNITS] = [64, 16 << 10];

/**
 * Many texts, one after another in one buffer, as they are sent to Postgres. Thousands of strings that wait for it would
 * be copied by the garbage collector again and again; a buffer is not.
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

  /** All texts in their layout; a view, good until the next push. */
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

  /** @returns where the text ends */
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
