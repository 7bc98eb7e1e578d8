import type { RecordHeaders } from '../record.ts';

/** Headers as a record batch contains them. */
export interface HeaderRun {
  readonly count: number;
  readonly bytes: Buffer;
}

/** Encodes headers; those that many records have in common are encoded once. */
export function encodeHeaders(headers: RecordHeaders): HeaderRun {
  const bytes = Buffer.allocUnsafe(
    headers.reduce((sum, [name, value]) => sum + sizeOfBytes(name) + sizeOfBytes(value), 0),
  );
  let end = 0;
  for (const [name, value] of headers) end = writeBytes(bytes, writeBytes(bytes, end, name), value);
  return { count: headers.length, bytes };
}

/** Joins runs to the headers of a record, with their number. */
export function joinHeaders(runs: readonly HeaderRun[]): Buffer {
  let [count, length] = [0, 0];
  for (const run of runs) {
    count += run.count;
    length += run.bytes.length;
  }
  const joined = Buffer.allocUnsafe(sizeOfVarInt(count) + length);
  let end = writeVarInt(joined, 0, count);
  for (const { bytes } of runs) {
    joined.set(bytes, end);
    end += bytes.length;
  }
  return joined;
}

function sizeOfBytes(value: Buffer | string | null): number {
  if (value === null) return sizeOfVarInt(-1);
  const length = Buffer.byteLength(value);
  return sizeOfVarInt(length) + length;
}

/** Writes bytes after their length. Returns the position after them. */
function writeBytes(target: Buffer, at: number, value: Buffer | string | null): number {
  if (value === null) return writeVarInt(target, at, -1);
  const length = Buffer.byteLength(value);
  const start = writeVarInt(target, at, length);
  if (typeof value === 'string') target.write(value, start);
  else target.set(value, start);
  return start + length;
}

/** Zigzag, then seven bits per byte (https://protobuf.dev/programming-guides/encoding/#varints). */
function writeVarInt(target: Buffer, start: number, value: number): number {
  let at = start;
  let rest = zigzag(value);
  for (; rest > 127; rest >>>= 7) target[at++] = (rest & 127) | 128;
  target[at] = rest;
  return at + 1;
}

function sizeOfVarInt(value: number): number {
  let size = 1;
  for (let rest = zigzag(value); rest > 127; rest >>>= 7) size++;
  return size;
}

function zigzag(value: number): number {
  return (value << 1) ^ (value >> 31);
}
