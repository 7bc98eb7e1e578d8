import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ChunkQueue } from './chunk-queue.ts';
import { chunkOf, recordAt } from './testing/chunks.ts';

const roomy = { maxRecords: 1_000, maxBytes: 1_000_000 };

function drain(queue: ChunkQueue) {
  return Array.from({ length: 1_000 }, () => queue.take()).filter((slice) => slice !== undefined);
}

test('records come out once, in order, in slices within the limits', () => {
  const counts = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 30 });
  const limits = fc.record({
    maxRecords: fc.integer({ min: 1, max: 40 }),
    maxBytes: fc.integer({ min: 1, max: 400 }),
  });
  fc.assert(
    fc.property(counts, limits, (chunks, { maxRecords, maxBytes }) => {
      const queue = new ChunkQueue({ maxRecords, maxBytes });
      let next = 0;
      for (const count of chunks) {
        queue.push(chunkOf(next, count));
        next += count;
      }
      const slices = drain(queue);
      const offsets = slices.flatMap(({ records }) => records.map(({ offset }) => Number(offset)));
      expect(offsets).toEqual(Array.from({ length: next }, (_, offset) => offset));
      expect(slices.at(-1)?.nextOffset).toBe(chunks.length === 0 ? undefined : BigInt(next));
      for (const { records } of slices) {
        expect(records.length).toBeLessThanOrEqual(maxRecords);
        expect(records.length * 10 <= maxBytes || records.length === 1).toBe(true);
      }
      expect(queue.bytes).toBe(0);
    }),
  );
});

test('a chunk without records still moves the offset', () => {
  const queue = new ChunkQueue(roomy);
  queue.push(chunkOf(0, 2));
  queue.push({ records: [], nextOffset: 7n });
  expect(drain(queue)).toMatchObject([{ nextOffset: 7n, records: [{ offset: '0' }, { offset: '1' }] }]);
});

test('a slice has the leader epoch of its last offset', () => {
  const queue = new ChunkQueue({ ...roomy, maxRecords: 2 });
  const records = [0, 1, 5].map((offset) => ({ ...recordAt(offset), leaderEpoch: offset < 5 ? 3 : 4 }));
  queue.push({ records, nextOffset: 9n, lastEpoch: 6 });
  expect(drain(queue)).toMatchObject([
    { nextOffset: 2n, lastEpoch: 3 },
    { nextOffset: 9n, lastEpoch: 6 },
  ]);
});

test('a slice may have exactly maxBytes bytes', () => {
  const queue = new ChunkQueue({ ...roomy, maxBytes: 20 });
  queue.push(chunkOf(0, 5));
  expect(drain(queue).map(({ records }) => records.length)).toEqual([2, 2, 1]);
});

test('large records take more memory than small ones', () => {
  const [small, large] = [new ChunkQueue(roomy), new ChunkQueue(roomy)];
  small.push(chunkOf(0, 3, 0));
  large.push(chunkOf(0, 3, 100));
  expect(large.bytes - small.bytes).toBe(300);
});

test('empty records take memory', () => {
  const queue = new ChunkQueue(roomy);
  queue.push(chunkOf(0, 1_000, 0));
  expect(queue.bytes).toBeGreaterThan(100_000);
});

test('a cleared queue is empty', () => {
  const queue = new ChunkQueue(roomy);
  queue.push(chunkOf(0, 3));
  queue.clear();
  expect([queue.bytes, queue.take()]).toEqual([0, undefined]);
});
