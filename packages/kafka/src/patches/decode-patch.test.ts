import { createRequire } from 'node:module';
import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { codecs, registerCodecs } from '../client/codecs.ts';
import { batchOf, codecIds, decodeResponse, rawBatch, repeatRecord } from '../testing/fetch-response.ts';

const load = createRequire(import.meta.url);
const crc32C = load('kafkajs/src/protocol/recordBatch/crc32C/index.js');
const Batch = load('kafkajs/src/consumer/batch.js');

beforeEach(() => registerCodecs({ maxBytes: 1_000_000, maxRecords: 100_000 }));

const value = Buffer.from('a value');

// L1: the checksum covers everything from the attributes on, which begin at byte 21.
test('any changed bit behind the checksum makes a batch unreadable', async () => {
  const batch = await batchOf(500, [value, value, value]);
  const bit = fc.record({ at: fc.integer({ min: 17, max: batch.length - 1 }), bit: fc.nat({ max: 7 }) });
  await fc.assert(
    fc.asyncProperty(bit, async ({ at, bit: changed }) => {
      const rotten = Buffer.from(batch);
      rotten[at] = (rotten[at] ?? 0) ^ (1 << changed);
      const [messages] = await decodeResponse([Buffer.concat([rotten, await batchOf(503, [value])])]);
      expect(messages).toHaveLength(0);
      expect(messages?.unreadable).toEqual({
        firstOffset: '500',
        lastOffset: '502',
        reason: expect.stringContaining('CRC-32C'),
      });
    }),
  );
});

test('the checksum is CRC-32C for any length and alignment', () => {
  // https://www.rfc-editor.org/rfc/rfc3720#appendix-B.4
  expect(crc32C(Buffer.alloc(32))).toBe(0x8a9136aa);
  expect(crc32C(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
  const bitwise = (bytes: Buffer) => {
    let crc = -1;
    for (const byte of bytes) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
    }
    return ~crc >>> 0;
  };
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat({ max: 7 }), (bytes, start) => {
      const part = Buffer.from(bytes).subarray(start);
      expect(crc32C(part)).toBe(bitwise(part));
    }),
  );
});

test.each([
  ['followed by another one', 5, true, '14'],
  ['at the end of the response, with a wrong last offset', 5, false, '10'],
  ['at the end of the response', 1, false, '11'],
])('skipping a corrupt batch never skips the next one: %s', async (_, delta, isFollowed, lastOffset) => {
  const corrupt = await batchOf(10, [value, value]);
  corrupt.writeInt32BE(delta, 23);
  corrupt.writeUInt8(corrupt.readUInt8(70) ^ 1, 70);
  const next = isFollowed ? await batchOf(15, [value]) : Buffer.alloc(0);
  const [messages] = await decodeResponse([Buffer.concat([corrupt, next])]);
  const batch = new Batch('t', '10', {
    partition: 0,
    highWatermark: '20',
    abortedTransactions: [],
    messages,
  });
  expect(batch.unreadable).toMatchObject({ firstOffset: '10' });
  expect(batch.lastOffset()).toBe(lastOffset);
});

test('skipping a corrupt batch always moves on', async () => {
  const corrupt = await batchOf(10, [value, value]);
  corrupt.writeInt32BE(7, 23);
  const [messages] = await decodeResponse([corrupt]);
  const batch = new Batch('t', '12', {
    partition: 0,
    highWatermark: '20',
    abortedTransactions: [],
    messages,
  });
  expect([batch.unreadable.lastOffset, batch.lastOffset()]).toEqual(['10', '12']);
});

/** Batches of one record each, whose value consists of zeros. */
async function zeros(firstOffset: number, batches: number, bytes: number): Promise<Buffer> {
  const compressed = await codecs.zstd.compress(repeatRecord(Buffer.alloc(bytes), 1));
  const all = Array.from({ length: batches }, (_, index) =>
    rawBatch(firstOffset + index, { count: 1, codec: codecIds.ZSTD, bytes: compressed }),
  );
  return Buffer.concat(await Promise.all(all));
}

const counts = (all: readonly { readonly length: number }[]) => all.map(({ length }) => length);

// H2
test('the partitions of a response share a budget of bytes', async () => {
  const partition = await zeros(0, 6, 200_000);
  const decoded = await decodeResponse([partition, partition]);
  expect(counts(decoded)).toEqual([2, 0]);
  expect(decoded.map(({ lastOffset, unreadable }) => [lastOffset, unreadable])).toEqual([
    ['1', undefined],
    [undefined, undefined],
  ]);
});

// H2
test('the partitions of a response share a budget of records', async () => {
  registerCodecs({ maxBytes: 10_000_000, maxRecords: 100_000 });
  const bytes = await codecs.zstd.compress(repeatRecord(null, 40_000));
  const batches = [0, 40_000].map((first) => rawBatch(first, { count: 40_000, codec: codecIds.ZSTD, bytes }));
  const partition = Buffer.concat(await Promise.all(batches));
  expect(counts(await decodeResponse([partition, partition]))).toEqual([80_000, 0]);
  const few = await batchOf(0, [value]);
  expect(counts(await decodeResponse([few, partition, few]))).toEqual([1, 80_000, 1]);
});

// H2
test.each([
  ['bytes', { count: 1, bytes: repeatRecord(Buffer.alloc(1_000_001), 1) }, /more than 1000000 bytes/],
  ['records', { count: 100_001, bytes: repeatRecord(null, 100_001) }, /100001 records, more than 100000/],
])('a batch that exceeds a whole budget is unreadable: %s', async (_, { count, bytes }, reason) => {
  const compressed = await codecs.zstd.compress(bytes);
  const batch = await rawBatch(7, { count, codec: codecIds.ZSTD, bytes: compressed });
  const [alone, other] = await decodeResponse([batch, await batchOf(0, [value])]);
  expect(alone?.unreadable).toMatchObject({ firstOffset: '7', reason: expect.stringMatching(reason) });
  expect(other).toHaveLength(1);
  const [first, second] = await decodeResponse([await batchOf(0, [value]), batch]);
  expect([first?.length, second?.length, second?.unreadable]).toEqual([1, 0, undefined]);
});

// H2
test('a corrupt batch that uses the budget makes no other one unreadable', async () => {
  const size = 600_000;
  const compressed = await codecs.zstd.compress(repeatRecord(Buffer.alloc(size), 1));
  const batch = { count: 1, codec: codecIds.ZSTD, bytes: compressed };
  const corrupt = await rawBatch(7, { ...batch, count: 2 });
  const [first, second] = await decodeResponse([corrupt, await rawBatch(0, batch)]);
  expect(first?.unreadable).toMatchObject({ firstOffset: '7', lastOffset: '8' });
  expect([second?.length, second?.unreadable]).toEqual([0, undefined]);
  expect(counts(await decodeResponse([await rawBatch(0, batch)]))).toEqual([1]);
});

// H2: the number of records is read before they are, and an array of that length would be allocated.
test('a batch that claims two billion records allocates nothing for them', async () => {
  const batch = await rawBatch(7, { count: 2 ** 31 - 1, codec: 0, bytes: repeatRecord(null, 1) });
  const [messages] = await decodeResponse([batch]);
  expect(messages?.unreadable?.reason).toMatch(/2147483647 records/);
});
