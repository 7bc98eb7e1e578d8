/** The fields of a message by number, in their order; messages and texts are bytes. */
export type Fields = ReadonlyMap<number, readonly (bigint | Buffer)[]>;

/** Reads a message without its schema: https://protobuf.dev/programming-guides/encoding/ */
export function readFields(bytes: Buffer): Fields {
  const fields = new Map<number, (bigint | Buffer)[]>();
  let at = 0;
  const readVarint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes.readUInt8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const readBytes = (length: number) => {
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = Number(readVarint());
    const kind = tag & 7;
    const value =
      kind === 0 ? readVarint() : readBytes(kind === 1 ? 8 : kind === 5 ? 4 : Number(readVarint()));
    fields.set(tag >> 3, [...(fields.get(tag >> 3) ?? []), value]);
  }
  return fields;
}

/** The values of a field that holds messages or texts. */
export function bytesOf(fields: Fields, number: number): readonly Buffer[] {
  return (fields.get(number) ?? []).filter((value) => typeof value !== 'bigint');
}

/** The last value of a field that holds a number; 0 if it is absent. */
export function numberOf(fields: Fields, number: number): number {
  const value = fields.get(number)?.at(-1) ?? 0n;
  return Number(typeof value === 'bigint' ? value : value.readBigInt64LE());
}
