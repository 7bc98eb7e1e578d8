import { expect, test } from 'vitest';
import { decodeLz4Frame, storeLz4Frame } from './lz4.ts';

const LIMIT = 1_000;

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** A frame of compressed blocks (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md). */
function frameOf(...blocks: readonly (readonly number[])[]): Buffer {
  const parts = blocks.flatMap((block) => [uint32(block.length), Buffer.from(block)]);
  return Buffer.concat([storeLz4Frame(Buffer.alloc(0)).subarray(0, 7), ...parts, uint32(0)]);
}

function decode(frame: Buffer): string {
  return String(decodeLz4Frame(frame, LIMIT));
}

const [a, b] = [0x61, 0x62];

test('a frame may have a content size and block checksums', () => {
  const stored = storeLz4Frame(Buffer.from('content'));
  const header = Buffer.from(stored.subarray(0, 7));
  header[4] = (header[4] ?? 0) | 0x18;
  const block = stored.subarray(7, -4);
  const sized = [header.subarray(0, 6), Buffer.alloc(8, 9), header.subarray(6)];
  const checked = [block, uint32(1), block, uint32(2)];
  expect(decode(Buffer.concat([...sized, ...checked, uint32(0)]))).toBe('contentcontent');
});

test('content of several blocks of 4 MiB is stored and decoded', () => {
  const bytes = Buffer.alloc(9 << 20, 'abc');
  const frame = storeLz4Frame(bytes);
  expect(frame.length).toBe(bytes.length + 7 + 3 * 4 + 4);
  expect(decodeLz4Frame(frame, bytes.length).equals(bytes)).toBe(true);
});

test('nothing is a frame without blocks', () => {
  const frame = storeLz4Frame(Buffer.alloc(0));
  expect(frame).toHaveLength(7 + 4);
  expect(decode(frame)).toBe('');
});

test('a match may overlap what it writes, and may be the end of a block', () => {
  expect(decode(frameOf([0x20, a, b, 2, 0]))).toBe('ababab');
  expect(decode(frameOf([0x11, a, 1, 0, 0x10, b]))).toBe('aaaaaab');
});

test('a length continues until a byte is not 255', () => {
  expect(decode(frameOf([0x1f, a, 1, 0, 255, 0, 0x10, b]))).toBe(`${'a'.repeat(1 + 15 + 255 + 4)}b`);
  expect(decode(frameOf([0xf0, 0, ...Buffer.alloc(15, 'a')]))).toBe('a'.repeat(15));
});

test('a match reaches into the block before', () => {
  expect(decode(frameOf([0x10, a], [0x10, b, 2, 0]))).toBe('ababab');
});

test('content of exactly the limit is decoded, one byte more is not', () => {
  const stored = storeLz4Frame(Buffer.alloc(LIMIT));
  expect(decodeLz4Frame(stored, LIMIT)).toHaveLength(LIMIT);
  expect(() => decodeLz4Frame(stored, LIMIT - 1)).toThrow('the content exceeds the limit');
  const repeated = frameOf([0x1f, a, 1, 0, 31]);
  expect(decodeLz4Frame(repeated, 51)).toHaveLength(51);
  expect(() => decodeLz4Frame(repeated, 50)).toThrow('the content exceeds the limit');
});

function changed(frame: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(frame);
  copy[at] = value;
  return copy;
}

const stored = storeLz4Frame(Buffer.from('content'));

test.each([
  ['another magic number', changed(stored, 0, 5), 'not an LZ4 frame'],
  ['a dictionary', changed(stored, 4, 0x61), 'dictionaries are not supported'],
  ['a stored block beyond its end', changed(stored, 7, 12), 'a block is truncated'],
  ['literals beyond the block', frameOf([0x20, a]), 'literals are truncated'],
  ['a match before its start', frameOf([0x10, a, 2, 0]), 'a match starts before the output'],
  ['a match at distance 0', frameOf([0x10, a, 0, 0]), 'a match starts before the output'],
])('a frame with %s is corrupt', (_, frame, message) => {
  expect(() => decode(frame)).toThrow(RangeError);
  expect(() => decode(frame)).toThrow(message);
});
