import type { Layout } from './array-literal.ts';

const FIRST_BYTES = 64 << 10;
/** UTF-8 takes at most so many bytes for a unit of a JavaScript string. */
const BYTES_PER_UNIT = 3;
/** So many texts are written at once: a call of `write` takes longer than to join a text to others. */
const WRITTEN_AT_ONCE = 64;

/**
 * Many texts, one after another in one buffer, as they are sent to Postgres. Thousands of strings that wait for it would
 * be copied by the garbage collector again and again; a buffer is not.
 */
export class TextColumn {
  readonly #layout: Layout;
  #unwritten: string[] = [];
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #end = 0;
  #isEmpty = true;

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  push(text: string): void {
    this.#unwritten.push(text);
    if (this.#unwritten.length === WRITTEN_AT_ONCE) this.#flush();
  }

  /** All texts in their layout; a view, good until the next push. */
  get bytes(): Buffer {
    if (this.#unwritten.length > 0) this.#flush();
    const { close, empty } = this.#layout;
    return this.#isEmpty ? Buffer.from(empty) : this.#bytes.subarray(0, this.#write(close, this.#end));
  }

  #flush(): void {
    const { open, between } = this.#layout;
    const text = (this.#isEmpty ? open : between) + this.#unwritten.join(between);
    this.#end = this.#write(text, this.#end);
    this.#unwritten = [];
    this.#isEmpty = false;
  }

  /** @returns where the text ends */
  #write(text: string, at: number): number {
    this.#makeRoom(at + BYTES_PER_UNIT * text.length);
    return at + this.#bytes.write(text, at);
  }

  #makeRoom(length: number): void {
    if (length <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.#bytes.length));
    this.#bytes.copy(larger, 0, 0, this.#end);
    this.#bytes = larger;
  }
}
