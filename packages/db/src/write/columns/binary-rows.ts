/** `PGCOPY`, bytes that a transfer as text would change, no flags and no extension. */
const HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const END = Buffer.from([0xff, 0xff]);
const NULL = Buffer.from([0xff, 0xff, 0xff, 0xff]);

/**
 * Rows in COPY's binary format, in which any bytes are as they are
 * (https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS-BINARY). One buffer, which the garbage
 * collector does not copy, as it would copy thousands of long-lived objects.
 */
export class BinaryRows {
  #bytes: Buffer;
  #end = 0;
  readonly #starts: number[] = [];

  /** @param size bytes to reserve; more are added when they are needed */
  constructor(size = 0) {
    this.#bytes = Buffer.allocUnsafe(HEADER.length + size);
    this.append(HEADER);
  }

  /** Begins a row, and makes room for it. The caller writes it from the returned position on, and calls `endRow`. */
  beginRow(maxLength: number): number {
    this.#makeRoom(maxLength);
    this.#starts.push(this.#end);
    return this.#end;
  }

  /** @param end the position after the row */
  endRow(end: number): void {
    this.#end = end;
  }

  /** The bytes of a row that `beginRow` began: a view that is valid until the next one. */
  row(index: number): Buffer {
    return this.#bytes.subarray(this.#starts[index], this.#starts[index + 1] ?? this.#end);
  }

  /** The buffer that `beginRow` makes room in; the next row may replace it. */
  get buffer(): Buffer {
    return this.#bytes;
  }

  /** The positions in `buffer` of the rows that `beginRow` began. */
  get starts(): readonly number[] {
    return this.#starts;
  }

  /** Appends the start of a row, or fields, as they are encoded. */
  append(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length);
    this.#bytes.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** Appends a field of bytes, or null. */
  appendBytes(bytes: Uint8Array | null): void {
    if (bytes !== null) this.#appendLength(bytes.length);
    this.append(bytes ?? NULL);
  }

  /** Appends a field of a `bigint` or a time. @param value an integer */
  appendInt64(value: number | bigint): void {
    this.#appendLength(8);
    this.#makeRoom(8);
    this.#end = writeInt64(this.#bytes, this.#end, value);
  }

  /** All rows, as COPY reads them: a view that is valid until the next one. */
  get bytes(): Buffer {
    this.#makeRoom(END.length);
    this.#bytes.set(END, this.#end);
    return this.#bytes.subarray(0, this.#end + END.length);
  }

  /** The same without the rows at some ascending indexes. */
  without(indexes: readonly number[]): Buffer {
    const { bytes, starts } = this;
    const pieces: Uint8Array[] = [];
    let from = 0;
    for (const index of indexes) {
      pieces.push(bytes.subarray(from, starts[index]));
      from = starts[index + 1] ?? this.#end;
    }
    pieces.push(bytes.subarray(from));
    return Buffer.concat(pieces);
  }

  #appendLength(length: number): void {
    this.#makeRoom(4);
    this.#end = this.#bytes.writeInt32BE(length, this.#end);
  }

  #makeRoom(length: number): void {
    if (this.#end + length <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.#end + length));
    this.#bytes.copy(larger, 0, 0, this.#end);
    this.#bytes = larger;
  }
}

/** Writes an integer as eight bytes. Returns the position after them. */
export function writeInt64(target: Buffer, at: number, value: number | bigint): number {
  if (typeof value === 'bigint') return target.writeBigInt64BE(value, at);
  const high = Math.floor(value / 2 ** 32);
  target.writeInt32BE(high, at);
  return target.writeUInt32BE(value - high * 2 ** 32, at + 4);
}

/** The start of a row with a number of fields. */
export function rowStart(fields: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(fields);
  return bytes;
}

/** A field of bytes or a text, or null. */
export function binaryField(value: Buffer | string | null): Buffer {
  if (value === null) return NULL;
  const bytes = Buffer.from(value);
  return Buffer.concat([binaryLength(bytes.length), bytes]);
}

/** A field of an `int`. */
export function binaryInt(value: number): Buffer {
  return Buffer.concat([binaryLength(4), binaryLength(value)]);
}

function binaryLength(length: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(length);
  return bytes;
}
