import { jsonSeparator } from './array-literal.ts';
import { BACKSLASH, putEscaped, putNull, specialBytes } from './copy-bytes.ts';
import { jsonNull } from './nullable-columns.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const SEPARATOR = jsonSeparator.charCodeAt(0);
const LOWER_N = jsonNull.charCodeAt(0);

/**
 * Reads the fields of an encoded column one after the other, and copies each as a field of COPY's text format.
 * The methods return the position after the copy. Nearly all fields are copied as they are: the positions of the
 * bytes that need an escape are looked up for the whole column.
 */
export class ColumnReader {
  readonly #bytes: Buffer;
  readonly #specials: number[] = specialBytes.map(() => -1);
  #special = 0;
  #next = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#moveTo(0);
  }

  /** Copies the next element of an array literal, which needs no quotes (`plainLayout`). */
  copyPlain(text: Buffer, at: number): number {
    this.#next++; // the brace or comma
    return this.#copyUntil(COMMA, text, at);
  }

  /** Copies the next element of an array literal, which is quoted or null. */
  copyQuoted(text: Buffer, at: number): number {
    if (this.#bytes[this.#next + 1] !== QUOTE) return this.#skipNull(text, at);
    this.#next += 2;
    const end = this.#copyUntil(QUOTE, text, at);
    this.#next++;
    return end;
  }

  /** Copies the next of the texts that `jsonSeparator` separates. */
  copyJson(text: Buffer, at: number): number {
    const found = this.#bytes.indexOf(SEPARATOR, this.#next);
    const end = found === -1 ? this.#bytes.length : found;
    const copied =
      end <= this.#special
        ? at + this.#bytes.copy(text, at, this.#next, end)
        : this.#copyEscaped(end, text, at);
    this.#next = end + 1;
    return copied;
  }

  /** Like `copyJson`; `jsonNull`, which is no object, is null. */
  copyJsonOrNull(text: Buffer, at: number): number {
    return this.#bytes[this.#next] === LOWER_N ? this.#skipNull(text, at) : this.copyJson(text, at);
  }

  /** `jsonNull` and a separator, or a separator and a null of an array literal. */
  #skipNull(text: Buffer, at: number): number {
    this.#next += jsonNull.length + 1;
    return putNull(text, at);
  }

  /** Copies up to a separator, or the closing brace. */
  #copyUntil(separator: number, text: Buffer, at: number): number {
    const bytes = this.#bytes;
    const limit = Math.min(this.#special, bytes.length - 1);
    let from = this.#next;
    let to = at;
    for (let byte = bytes[from]; from < limit && byte !== separator; byte = bytes[++from])
      text[to++] = byte ?? 0;
    this.#next = from;
    return from === this.#special ? this.#copySpecial(separator, text, to) : to;
  }

  /** Like `copyUntil`, with escapes. Those of a quoted element are removed. */
  #copySpecial(separator: number, text: Buffer, at: number): number {
    const bytes = this.#bytes;
    let from = this.#next;
    let to = at;
    for (let byte = bytes[from]; from < bytes.length - 1 && byte !== separator; byte = bytes[++from]) {
      const isEscape = separator === QUOTE && byte === BACKSLASH;
      to = putEscaped(text, to, (isEscape ? bytes[++from] : byte) ?? 0);
    }
    this.#moveTo(from);
    return to;
  }

  #copyEscaped(end: number, text: Buffer, at: number): number {
    let to = at;
    for (let from = this.#next; from < end; from++) to = putEscaped(text, to, this.#bytes[from] ?? 0);
    this.#moveTo(end);
    return to;
  }

  /** Moves on, and looks up the next byte that needs an escape. */
  #moveTo(position: number): void {
    this.#next = position;
    for (const [index, byte] of specialBytes.entries()) {
      if ((this.#specials[index] ?? 0) >= position) continue;
      const found = this.#bytes.indexOf(byte, position);
      this.#specials[index] = found === -1 ? this.#bytes.length : found;
    }
    this.#special = Math.min(...this.#specials);
  }
}
