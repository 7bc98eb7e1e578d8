import { createRequire } from 'node:module';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { encodeHeaders, joinHeaders } from '../produce/encode-headers.ts';
import type { RecordHeaders } from '../record.ts';

/** The patches that encode and decode records; see `patches.test.ts`. */
const load = createRequire(import.meta.url);
const Decoder = load('kafkajs/src/protocol/decoder.js');
const Encoder = load('kafkajs/src/protocol/encoder.js');
const encodeRecord = load('kafkajs/src/protocol/recordBatch/record/v0/index.js');
const LazyRecord = load('kafkajs/src/protocol/recordBatch/record/v0/lazyRecord.js');
const createProduce = load('kafkajs/src/protocol/requests/produce/v7/request.js');

const bytes = fc.option(fc.uint8Array({ maxLength: 200 }).map(Buffer.from), { nil: null });
const name = fc.oneof(fc.string({ maxLength: 100 }), fc.constant(Buffer.from([0xff])));
const record = fc.record({
  key: bytes,
  value: bytes,
  headers: fc.array(fc.tuple(name, fc.oneof(bytes, fc.string())), { maxLength: 100 }),
  offsetDelta: fc.nat(),
  timestampDelta: fc.oneof(fc.integer(), fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n })),
});

test('a record is the same in an encoder of its own and in that of a batch', () => {
  fc.assert(
    fc.property(fc.array(record), (records) => {
      const batch = new Encoder();
      for (const one of records) encodeRecord(one, batch);
      expect(batch.buffer).toEqual(Buffer.concat(records.map((one) => encodeRecord(one).buffer)));
    }),
  );
});

test('a timestamp is encoded the same as a number and as a bigint', () => {
  fc.assert(
    fc.property(fc.integer(), (timestampDelta) => {
      const [number, bigint] = [timestampDelta, BigInt(timestampDelta)].map((delta) =>
        encodeRecord({ key: null, value: null, timestampDelta: delta }),
      );
      expect(number.buffer).toEqual(bigint.buffer);
    }),
  );
});

/** Headers that are encoded in two runs. */
function join(headers: RecordHeaders): Buffer {
  const half = Math.floor(headers.length / 2);
  return joinHeaders([headers.slice(0, half), headers.slice(half)].map(encodeHeaders));
}

test('headers that are encoded already are sent as they are', () => {
  fc.assert(
    fc.property(record, (one) => {
      const encoded = encodeRecord({ ...one, headers: join(one.headers) });
      expect(encoded.buffer).toEqual(encodeRecord(one).buffer);
    }),
  );
});

test('a request has one buffer for the records of a partition', async () => {
  const messages = Array.from({ length: 1_000 }, () => ({ key: null, value: Buffer.alloc(100) }));
  const allocations = vi.spyOn(Buffer, 'allocUnsafe');
  const topicData = [{ topic: 't', partitions: [{ partition: 0, messages }] }];
  await createProduce({ acks: -1, timeout: 1_000, topicData }).encode();
  expect(allocations.mock.calls.length).toBeLessThan(50);
  allocations.mockRestore();
});

test('reading a key or a timestamp does not decode headers', () => {
  const { buffer } = encodeRecord({
    key: Buffer.from('k'),
    value: null,
    headers: [['n', 'v']],
    timestampDelta: 7,
  });
  const read = new LazyRecord(new Decoder(buffer), { buffer, firstTimestamp: '9007199254740993' });
  const text = vi.spyOn(Buffer.prototype, 'toString');
  const [key, timestamp] = [read.key, read.timestamp];
  expect(text).not.toHaveBeenCalled();
  text.mockRestore();
  expect([String(key), timestamp, read.headers]).toEqual([
    'k',
    '9007199254741000',
    [['n', Buffer.from('v')]],
  ]);
});
