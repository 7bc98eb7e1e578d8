import { expect, test } from 'vitest';
import type { RecordHeaders } from '../record.ts';
import { encodeHeaders, joinHeaders } from './encode-headers.ts';

/** Reads the headers of a record batch (https://kafka.apache.org/documentation/#recordheader). */
function readHeaders(bytes: Buffer) {
  let at = 0;
  const readVarInt = () => {
    let zigzag = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes.readUInt8(at++);
      zigzag += (byte % 128) * 2 ** shift;
      if (byte < 128) return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
    }
  };
  const readBytes = () => {
    const length = readVarInt();
    at += Math.max(0, length);
    return length < 0 ? null : bytes.toString('latin1', at - length, at);
  };
  const headers = Array.from({ length: readVarInt() }, () => [readBytes(), readBytes()]);
  expect(at).toBe(bytes.length);
  return headers;
}

/** Texts whose lengths need one, two and three bytes. */
const lengths = [0, 1, 63, 64, 65, 127, 128, 8_191, 8_192, 20_000];

test('names and values of any length are encoded as Kafka reads them', () => {
  const headers = lengths.map((length) => [`n${length}`, 'x'.repeat(length)] as const);
  const { count, bytes } = encodeHeaders(headers);
  expect(count).toBe(headers.length);
  expect(readHeaders(joinHeaders([{ count, bytes }]))).toEqual(headers);
  const named = lengths.map((length) => ['n'.repeat(length), 'x'] as const);
  expect(readHeaders(joinHeaders([encodeHeaders(named)]))).toEqual(named);
});

test('names and values may be bytes, and a value may be null', () => {
  const headers: RecordHeaders = [
    [Buffer.of(0xff), Buffer.of(0x80, 0)],
    ['é', null],
    ['a', Buffer.of()],
    ['b', 'ü'],
  ];
  const latin1 = (text: string) => Buffer.from(text).toString('latin1');
  expect(readHeaders(joinHeaders([encodeHeaders(headers)]))).toEqual([
    ['\xff', '\x80\0'],
    [latin1('é'), null],
    ['a', ''],
    ['b', latin1('ü')],
  ]);
});

test.each([0, 1, 63, 64, 100])('the runs of %i headers are joined with their number', (count) => {
  const headers = Array.from({ length: count }, (_, index) => [`n${index}`, 'x'] as const);
  const half = count >> 1;
  const runs = [headers.slice(0, half), headers.slice(half)].map(encodeHeaders);
  expect(readHeaders(joinHeaders(runs))).toEqual(headers);
});
