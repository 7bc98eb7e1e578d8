import { expect, test } from 'vitest';
import { BinaryRows, binaryField, binaryInt, rowStart } from './binary-rows.ts';

const START = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');

/** The bytes of rows between the start and the end of the format. */
function contentOf(rows: BinaryRows): Buffer {
  const { bytes } = rows;
  expect(bytes.subarray(0, START.length)).toEqual(START);
  expect(bytes.subarray(-2).toString('hex')).toBe('ffff');
  return bytes.subarray(START.length, -2);
}

test.each([
  ...[0, 1, -1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, -(2 ** 32), -(2 ** 32) - 1],
  ...[Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 2n ** 63n - 1n, -(2n ** 63n), 0n],
])('%s is a field of eight bytes', (value) => {
  const rows = new BinaryRows(4);
  rows.appendInt64(value);
  const content = contentOf(rows);
  expect([content.length, content.readInt32BE(), content.readBigInt64BE(4)]).toEqual([12, 8, BigInt(value)]);
});

test('bytes are a field with their length, and null is one without', () => {
  const rows = new BinaryRows(1);
  for (const bytes of [Buffer.from('ab'), Buffer.of(), null]) rows.appendBytes(bytes);
  expect(contentOf(rows).toString('hex')).toBe('00000002616200000000ffffffff');
});

test.each([0, 10, 1_000, 4_949, 4_950, 4_951])(
  'rows may be longer than the %i bytes that are reserved',
  (size) => {
    const rows = new BinaryRows(size);
    const parts = Array.from({ length: 100 }, (_, index) => Buffer.alloc(index, index));
    for (const part of parts) rows.append(part);
    expect(contentOf(rows)).toEqual(Buffer.concat(parts));
  },
);

test('fields are encoded once for many rows', () => {
  expect(rowStart(13).toString('hex')).toBe('000d');
  expect(binaryInt(-2).toString('hex')).toBe('00000004fffffffe');
  const fields = ['é', Buffer.of(1), '', null].map((value) => binaryField(value).toString('hex'));
  expect(fields).toEqual(['00000002c3a9', '0000000101', '00000000', 'ffffffff']);
});

test('rows that are begun and ended have positions, and can be read and left out', () => {
  const rows = new BinaryRows();
  for (const text of ['ab', '', 'cde']) {
    const start = rows.beginRow(text.length + 100);
    rows.endRow(start + rows.buffer.write(text, start));
  }
  expect(rows.starts).toEqual([19, 21, 21]);
  expect([0, 1, 2].map((index) => String(rows.row(index)))).toEqual(['ab', '', 'cde']);
  expect(String(contentOf(rows))).toBe('abcde');
  const left = [[], [0], [1], [2], [0, 1, 2]].map((indexes) => rows.without(indexes));
  expect(left.map((bytes) => String(bytes.subarray(START.length, -2)))).toEqual([
    'abcde',
    'cde',
    'abcde',
    'ab',
    '',
  ]);
  expect(
    left.every(
      (bytes) => bytes.subarray(0, 19).equals(START) && bytes.readUInt16BE(bytes.length - 2) === 0xffff,
    ),
  ).toBe(true);
});
