import type { RecordHeaders } from '../record.ts';

/** Headers as a record batch contains them. */
export interface HeaderRun {
  readonly count: number;
  readonly bytes: Buffer;
}

/** Enough for the length of any name or value. */
const MAX_VARINT_BYTES = 5;

/** Encodes headers; those that many records have in common are encoded once. */
export function encodeHeaders(headers: RecordHeaders): HeaderRun {
  const bytes = Buffer.allocUnsafe(headers.reduce((sum, header) => sum + roomFor(header), 0));
  let end = 0;
  for (const [name, value] of headers) {
    end = writeBytes(bytes, end, name);
    end = value === null ? writeVarInt(bytes, end, -1) : writeBytes(bytes, end, value);
  }
  return { count: headers.length, bytes: bytes.subarray(0, end) };
}

/** Joins runs to the headers of a record, with their number. */
export function joinHeaders(runs: readonly HeaderRun[]): Buffer {
  let [count, length] = [0, MAX_VARINT_BYTES];
  for (const run of runs) {
    count += run.count;
    length += run.bytes.length;
  }
  const joined = Buffer.allocUnsafe(length);
  let end = writeVarInt(joined, 0, count);
  for (const { bytes } of runs) {
    joined.set(bytes, end);
    end += bytes.length;
  }
  return joined.subarray(0, end);
}

function roomFor([name, value]: RecordHeaders[number]): number {
  return 2 * MAX_VARINT_BYTES + Buffer.byteLength(name) + (value === null ? 0 : Buffer.byteLength(value));
}

/** Writes bytes after their length. Returns the position after them. */
function writeBytes(target: Buffer, at: number, value: Buffer | string): number {
  const length = Buffer.byteLength(value);
  const start = writeVarInt(target, at, length);
  if (typeof value === 'string') target.write(value, start);
  else target.set(value, start);
  return start + length;
}

/** Zigzag, then seven bits per byte (https://protobuf.dev/programming-guides/encoding/#varints). */
function writeVarInt(target: Buffer, start: number, value: number): number {
  let at = start;
  let rest = (value << 1) ^ (value >> 31);
  for (; rest > 127; rest >>>= 7) target[at++] = (rest & 127) | 128;
  target[at] = rest;
  return at + 1;
}
