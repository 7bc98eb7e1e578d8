/** The numbers of types, and of their arrays (https://github.com/postgres/postgres/blob/master/src/include/catalog/pg_type.dat). */
const types = {
  text: [25, 1009],
  timestamptz: [1184, 1185],
  uuid: [2950, 2951],
} as const;

export type ElementType = keyof typeof types;

/** Number of dimensions, whether there are nulls, the type, the length and the lower bound, of four bytes each. */
const HEADER_BYTES = 20;

/**
 * An array in the binary format of Postgres (`array_recv` in `arrayfuncs.c`). An element is preceded by its length, or is
 * the length -1, which means null: like a field of a row in COPY's binary format. So the server parses neither quotes
 * nor digits, and this process writes none.
 */
export class BinaryArray {
  /** The number of the array's type. */
  readonly type: number;
  /** The whole array, once all elements are written. */
  readonly bytes: Buffer;

  /** @param size of all elements with their lengths, in bytes: to be written to `elements` */
  constructor(element: ElementType, length: number, size: number) {
    const [elementType, type] = types[element];
    this.type = type;
    this.bytes = Buffer.allocUnsafe(HEADER_BYTES + size);
    // The server finds nulls itself, whatever the second word is.
    for (const [index, word] of [1, 1, elementType, length, 1].entries())
      this.bytes.writeInt32BE(word, 4 * index);
  }

  /** The part of `bytes` that the elements are in. */
  get elements(): Buffer {
    return this.bytes.subarray(HEADER_BYTES);
  }
}
