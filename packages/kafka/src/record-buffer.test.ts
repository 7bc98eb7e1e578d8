import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KafkaRecord } from './record.ts';
import { RecordBuffer, type Slice } from './record-buffer.ts';

function record(offset: number, bytes = 10): KafkaRecord {
  return { offset: String(offset), timestamp: '0', size: bytes, key: null, value: Buffer.alloc(bytes) };
}

function chunk(partition: number, first: number, count: number, bytes = 10): Slice {
  const records = Array.from({ length: count }, (_, index) => record(first + index, bytes));
  return { topic: 't', partition, records, nextOffset: BigInt(first + count) };
}

function drain(buffer: RecordBuffer): Slice[] {
  const slices: Slice[] = [];
  for (let slice = buffer.take(); slice; slice = buffer.take()) {
    slices.push(slice);
    buffer.release(slice);
  }
  return slices;
}

const roomy = { maxRecords: 1_000, maxBytes: 1_000_000 };

test('whatever is put in comes out once, in order, in slices within the limits', () => {
  const sizes = fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 30 })), {
    maxLength: 30,
  });
  const limits = fc.record({
    maxRecords: fc.integer({ min: 1, max: 40 }),
    maxBytes: fc.integer({ min: 1, max: 400 }),
  });
  fc.assert(
    fc.property(sizes, limits, (chunks, { maxRecords, maxBytes }) => {
      const buffer = new RecordBuffer({ maxRecords, maxBytes });
      const next = [0, 0, 0];
      for (const [partition, count] of chunks) {
        const first = next[partition] ?? 0;
        buffer.push(chunk(partition, first, count));
        next[partition] = first + count;
      }
      const slices = drain(buffer);
      for (const partition of [0, 1, 2]) {
        const mine = slices.filter((slice) => slice.partition === partition);
        const offsets = mine.flatMap((slice) => slice.records.map(({ offset }) => Number(offset)));
        expect(offsets).toEqual(Array.from({ length: next[partition] ?? 0 }, (_, index) => index));
        if (mine.length > 0) expect(mine.at(-1)?.nextOffset).toBe(BigInt(next[partition] ?? 0));
      }
      for (const { records } of slices) {
        expect(records.length).toBeLessThanOrEqual(maxRecords);
        expect(records.length * 10 <= maxBytes || records.length === 1).toBe(true);
      }
      expect(buffer.bytes).toBe(0);
    }),
  );
});

test('of one partition only one slice is out at a time', () => {
  const buffer = new RecordBuffer(roomy);
  buffer.push(chunk(0, 0, 5));
  const first = buffer.take();
  buffer.push(chunk(0, 5, 5));
  expect(buffer.take()).toBeUndefined();
  buffer.release({ topic: 't', partition: 0 });
  expect([first?.nextOffset, buffer.take()?.nextOffset]).toEqual([5n, 10n]);
});

test('partitions take turns', () => {
  const buffer = new RecordBuffer({ ...roomy, maxRecords: 1 });
  for (const partition of [0, 1, 2]) buffer.push(chunk(partition, 0, 2));
  expect(drain(buffer).map(({ partition }) => partition)).toEqual([0, 1, 2, 0, 1, 2]);
});

test('a chunk without records still moves the offset', () => {
  const buffer = new RecordBuffer(roomy);
  buffer.push(chunk(0, 0, 2));
  buffer.push({ ...chunk(0, 2, 0), nextOffset: 7n });
  expect(drain(buffer)).toMatchObject([{ nextOffset: 7n, records: [{ offset: '0' }, { offset: '1' }] }]);
});

test('after a clear nothing comes out, and a slice that is out still blocks its partition', () => {
  const buffer = new RecordBuffer({ ...roomy, maxRecords: 1 });
  buffer.push(chunk(0, 0, 3));
  const out = buffer.take();
  buffer.clear();
  const { bytes } = buffer;
  buffer.push(chunk(0, 0, 3));
  expect([out?.partition, buffer.take(), bytes]).toEqual([0, undefined, 0]);
  expect(buffer.bytes).toBeGreaterThan(0);
});

test('of a closed partition nothing comes out until everything is fetched again', () => {
  const buffer = new RecordBuffer(roomy);
  buffer.push(chunk(0, 0, 3));
  buffer.close({ topic: 't', partition: 0 });
  buffer.push(chunk(0, 3, 3));
  buffer.push(chunk(1, 0, 3));
  expect(drain(buffer).map(({ partition }) => partition)).toEqual([1]);
  expect(buffer.bytes).toBe(0);
  buffer.clear();
  buffer.push(chunk(0, 0, 3));
  expect(drain(buffer)).toHaveLength(1);
});

test('a record takes room even if it holds nothing', () => {
  const buffer = new RecordBuffer(roomy);
  buffer.push(chunk(0, 0, 1_000, 0));
  expect(buffer.bytes).toBeGreaterThan(100_000);
});
