/** `PGCOPY`, bytes that a transfer as text would change, no flags and no extension. */
const HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const END = Buffer.from([0xff, 0xff]);
const NULL = Buffer.from([0xff, 0xff, 0xff, 0xff]);

/**
 * Rows in COPY's binary format, in which any bytes are as they are
 * (https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS-BINARY).
 */
export class BinaryRows {
  #bytes: Buffer;
  #end = 0;

  /** @param size bytes to reserve; more are added when they are needed */
  constructor(size = 0) {
    this.#bytes = Buffer.allocUnsafe(HEADER.length + size);
    this.append(HEADER);
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
    if (typeof value === 'bigint') {
      this.#end = this.#bytes.writeBigInt64BE(value, this.#end);
      return;
    }
    const high = Math.floor(value / 2 ** 32);
    this.#bytes.writeInt32BE(high, this.#end);
    this.#end = this.#bytes.writeUInt32BE(value - high * 2 ** 32, this.#end + 4);
  }

  /** All rows, as COPY reads them. */
  end(): Buffer {
    this.append(END);
    return this.#bytes.subarray(0, this.#end);
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
