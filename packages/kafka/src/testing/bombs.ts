/// <reference path="../untyped-libraries.d.ts" />
import { gzipSync, zstdCompressSync } from 'node:zlib';
import snappy from 'snappyjs';
import { storeLz4Frame } from '../client/lz4.ts';
import { crc32c } from './crc32c.ts';

/**
 * Record batches that are small on the wire and large in memory, as a hostile producer makes them: a record, repeated
 * (https://kafka.apache.org/documentation/#recordbatch). They are compressed here, because no library compresses that
 * well in any codec.
 */
export type BombCodec = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

const codecIds: Readonly<Record<BombCodec, number>> = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 };

export interface Bomb {
  readonly codec: BombCodec;
  readonly records: number;
  /** Zeros in the value of each record; null for records without a value. */
  readonly zeros: number | null;
  /** The number of records in the header, if it lies. */
  readonly claimed?: number;
  /** Whether all records have the offset of the first one; they compress better, but no broker would take them. */
  readonly isRepeated?: boolean;
}

/** Bytes of a batch of equal records, from an offset on. */
function encodeBomb(firstOffset: number, bomb: Bomb): Buffer {
  const { codec, records, claimed = records } = bomb;
  return encodeBatch(firstOffset, codecIds[codec], claimed, compress(codec, runsOf(bomb)));
}

/** Bytes of a batch of one record that is not compressed. */
function encodeOne(firstOffset: number, value: Buffer): Buffer {
  const { head } = record(value.length);
  return encodeBatch(firstOffset, 0, 1, Buffer.concat([head, value, Buffer.alloc(1)]));
}

function encodeBatch(firstOffset: number, codec: number, records: number, body: Buffer): Buffer {
  const batch = Buffer.concat([Buffer.alloc(61), body]);
  batch.writeBigInt64BE(BigInt(firstOffset), 0);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt8(2, 16);
  batch.writeInt16BE(codec, 21);
  batch.writeInt32BE(records - 1, 23);
  batch.writeBigInt64BE(BigInt(Date.now()), 27);
  batch.writeBigInt64BE(BigInt(Date.now()), 35);
  batch.fill(0xff, 43, 57);
  batch.writeInt32BE(records, 57);
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
  return batch;
}

/** A record before its value, and its size: no key, the value, no headers. */
function record(
  valueLength: number | null,
  offsetDelta = 0,
): { readonly head: Buffer; readonly size: number } {
  const start = Buffer.concat([
    Buffer.from([0, 0]),
    varint(offsetDelta),
    Buffer.from([1]),
    varint(valueLength ?? -1),
  ]);
  const size = start.length + (valueLength ?? 0) + 1;
  const head = Buffer.concat([varint(size), start]);
  return { head, size: head.length + (valueLength ?? 0) + 1 };
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}

/** Literal bytes, then `length` bytes that repeat those `distance` bytes before. */
interface Run {
  readonly literal: Buffer;
  readonly distance: number;
  readonly length: number;
}

function runsOf({ records, zeros, isRepeated = false }: Bomb): readonly Run[] {
  if (!isRepeated) return Array.from({ length: records }, (_, delta) => runOf(zeros, delta));
  const { literal } = runOf(zeros, 0);
  return [{ literal, distance: literal.length, length: literal.length * (records - 1) }];
}

/** A record; the zero after its value is the number of its headers. */
function runOf(zeros: number | null, offsetDelta: number): Run {
  const literal = Buffer.concat([record(zeros, offsetDelta).head, Buffer.alloc(1)]);
  return { literal, distance: 1, length: zeros ?? 0 };
}

function compress(codec: BombCodec, runs: readonly Run[]): Buffer {
  // Libraries find few repetitions in long runs, and these functions none between records.
  const isRun = runs.every(({ length }) => length > 0);
  if (codec === 'lz4') return isRun ? lz4Runs(runs) : storeLz4Frame(expand(runs));
  if (codec === 'snappy') return isRun ? snappyRuns(runs) : Buffer.from(snappy.compress(expand(runs)));
  if (codec === 'gzip') return gzipSync(expand(runs));
  return codec === 'zstd' ? zstdCompressSync(expand(runs)) : expand(runs);
}

const sizeOf = (runs: readonly Run[]) =>
  runs.reduce((sum, { literal, length }) => sum + literal.length + length, 0);

function expand(runs: readonly Run[]): Buffer {
  const bytes = Buffer.alloc(sizeOf(runs));
  let at = 0;
  for (const { literal, distance, length } of runs) {
    at += literal.copy(bytes, at);
    if (length > 0) bytes.fill(bytes.subarray(at - distance, at), at, at + length);
    at += length;
  }
  return bytes;
}

/** https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md */
function lz4Runs(runs: readonly Run[]): Buffer {
  const rest = (length: number) =>
    length < 15
      ? Buffer.alloc(0)
      : Buffer.concat([
          Buffer.alloc(Math.floor((length - 15) / 255), 255),
          Buffer.from([(length - 15) % 255]),
        ]);
  const sequences = runs.map(({ literal, distance, length }) => {
    const token = (Math.min(literal.length, 15) << 4) | Math.min(length - 4, 15);
    const offset = Buffer.from([distance & 0xff, distance >> 8]);
    return Buffer.concat([Buffer.from([token]), rest(literal.length), literal, offset, rest(length - 4)]);
  });
  const block = Buffer.concat([...sequences, Buffer.alloc(1)]);
  const header = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x70, 0x73, 0, 0, 0, 0]);
  header.writeUInt32LE(block.length, 7);
  return Buffer.concat([header, block, Buffer.alloc(4)]);
}

/** https://github.com/google/snappy/blob/main/format_description.txt */
function snappyRuns(runs: readonly Run[]): Buffer {
  const parts = runs.flatMap(({ literal, distance, length }) => {
    const copies = Buffer.alloc(3 * Math.ceil(length / 64));
    for (let at = 0, left = length; left > 0; at += 3, left -= 64) {
      copies.writeUInt8(((Math.min(left, 64) - 1) << 2) | 2, at);
      copies.writeUInt16LE(distance, at + 1);
    }
    return [Buffer.from([(literal.length - 1) << 2]), literal, copies];
  });
  const size: number[] = [];
  let left = sizeOf(runs);
  for (; left >= 0x80; left = Math.floor(left / 0x80)) size.push((left % 0x80) | 0x80);
  return Buffer.concat([Buffer.from([...size, left]), ...parts]);
}

const codecs: readonly BombCodec[] = ['gzip', 'snappy', 'lz4', 'zstd'];

export interface Shape {
  readonly name: string;
  readonly bomb: Bomb;
  /** Number of equal batches. */
  readonly batches: number;
}

/** Batches that exceed the limits by themselves. */
export const unreadableShapes: readonly Shape[] = [
  ...codecs.map((codec) => ({
    name: `${codec}-of-128-mib-of-zeros`,
    bomb: { codec, records: 1, zeros: 128 << 20 },
    batches: 1,
  })),
  ...codecs.map((codec) => ({
    name: `${codec}-of-10-million-empty-records`,
    bomb: { codec, records: 10_000_000, zeros: null, isRepeated: true },
    batches: 1,
  })),
  {
    name: 'zstd-of-4-million-empty-records',
    bomb: { codec: 'zstd', records: 4_000_000, zeros: null, isRepeated: true },
    batches: 1,
  },
  {
    name: 'uncompressed-that-claims-2-billion-records',
    bomb: { codec: 'none', records: 10, zeros: null, claimed: 2 ** 31 - 1 },
    batches: 1,
  },
];

/** Batches that can be read one by one, but not all that fit into a fetch. */
export const readableShapes: readonly Shape[] = [
  ...codecs.map((codec) => ({
    name: `${codec}-of-8-mib-of-zeros-300-times`,
    bomb: { codec, records: 140, zeros: 60_000 },
    batches: 300,
  })),
  ...codecs.map((codec) => ({
    name: `${codec}-of-200-thousand-empty-records-20-times`,
    bomb: { codec, records: 200_000, zeros: null },
    batches: 20,
  })),
  ...codecs.map((codec) => ({
    name: `${codec}-of-100-zeros-20-thousand-times`,
    bomb: { codec, records: 1, zeros: 100 },
    batches: 20_000,
  })),
];

/** A batch, and the offsets of its first and last record. */
export interface EncodedBatch {
  readonly first: number;
  readonly last: number;
  readonly bytes: Buffer;
}

/** The log of a partition: a record, the batches of a shape from offset 1 on, and another record. */
export function encodeShape({ bomb, batches }: Shape, createValue: () => Buffer): readonly EncodedBatch[] {
  const { claimed = bomb.records } = bomb;
  const one = encodeBomb(0, bomb);
  const bombs = Array.from({ length: batches }, (_, index) => {
    const first = 1 + index * claimed;
    const bytes = Buffer.from(one);
    // The first offset is not part of the checksum.
    bytes.writeBigInt64BE(BigInt(first), 0);
    return { first, last: first + claimed - 1, bytes };
  });
  const end = 1 + batches * claimed;
  const record = (first: number) => ({ first, last: first, bytes: encodeOne(first, createValue()) });
  return [record(0), ...bombs, record(end)];
}
