import type { AcceptedEvent } from '@pipeline/schema';
import { escapeText, jsonNull, jsonSeparator } from '../write/columns/array-literal.ts';
import { attributesLength, copyRange, writeAttributes } from '../write/columns/ranges.ts';

const [QUOTE, COMMA, OPEN, CLOSE] = [34, 44, 123, 125];
const JSON_SEPARATOR = jsonSeparator.charCodeAt(0);

/** Maximum number of UTF-8 bytes per UTF-16 code unit. */
const BYTES_PER_UNIT = 3;
/** A separator, two quotes and the end of an array. */
const EXTRA_BYTES = 4;

/** The values of a column, encoded as the text of one parameter. As strings, they would be garbage. */
export class Column {
  readonly #isArray: boolean;
  #buffer: Buffer;
  #end = 0;
  /** Where each value starts, with its separator. */
  readonly #starts: number[] = [];

  private constructor(isArray: boolean, size: number) {
    this.#isArray = isArray;
    this.#buffer = Buffer.allocUnsafe(size);
  }

  /** An array literal. @param size bytes to reserve: memory that is not written to is not resident */
  static ofTexts(size: number): Column {
    return new Column(true, size);
  }

  /** JSON texts, joined by `jsonSeparator`. */
  static ofJson(size: number): Column {
    return new Column(false, size);
  }

  push(text: string | null): void {
    const value = this.#isArray ? quote(text) : (text ?? jsonNull);
    const at = this.#begin(BYTES_PER_UNIT * value.length);
    this.#end = at + this.#buffer.write(value, at);
  }

  /** Like `push`, of UTF-8 without quotes and backslashes, or of JSON. */
  pushRange(bytes: Uint8Array, start: number, end: number): void {
    let at = this.#begin(end - start);
    if (this.#isArray) this.#buffer[at++] = QUOTE;
    at = copyRange(this.#buffer, at, bytes, start, end);
    if (this.#isArray) this.#buffer[at++] = QUOTE;
    this.#end = at;
  }

  /** Adds the members of an event outside the mapping. */
  pushAttributes(event: AcceptedEvent): void {
    if (event.others.length === 0) {
      this.push(null);
    } else {
      const at = this.#begin(attributesLength(event));
      this.#end = writeAttributes(this.#buffer, at, event);
    }
  }

  /** The values from index `from` up to, but not including, `to`. */
  slice(from: number, to: number): Column {
    const [start = this.#end, end = this.#end] = [this.#starts[from], this.#starts[to]];
    const part = new Column(this.#isArray, end - start + EXTRA_BYTES);
    this.#buffer.copy(part.#buffer, 0, start, end);
    part.#end = end - start;
    for (const one of this.#starts.slice(from, to)) part.#starts.push(one - start);
    return part;
  }

  /** The values, of which there is at least one: a view that is valid until the next push. */
  get text(): Buffer {
    if (!this.#isArray) return this.#buffer.subarray(1, this.#end);
    this.#buffer[0] = OPEN;
    this.#buffer[this.#end] = CLOSE;
    return this.#buffer.subarray(0, this.#end + 1);
  }

  /** Begins a value, and makes room for it. Returns its position. */
  #begin(length: number): number {
    this.#starts.push(this.#end);
    const needed = this.#end + length + EXTRA_BYTES;
    if (needed > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(2 * needed);
      this.#buffer.copy(larger, 0, 0, this.#end);
      this.#buffer = larger;
    }
    this.#buffer[this.#end] = this.#isArray ? COMMA : JSON_SEPARATOR;
    return this.#end + 1;
  }
}

function quote(text: string | null): string {
  return text === null ? 'NULL' : `"${escapeText(text)}"`;
}
