import type { KafkaRecord, LogRange, LogSlice } from '@pipeline/kafka';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type RangeParts, RangeReader } from './read-ranges.ts';

const record = (offset: bigint): KafkaRecord => ({
  ...{ offset: String(offset), timestamp: '0', encodedSize: 1, key: null, value: null },
});

/** A log of which every third offset holds no record, in slices of `size` offsets; fails once per failure. */
function adminOf(size: number, failures: bigint[] = []): RangeParts['admin'] {
  return {
    async *readRange({ start, end }: LogRange): AsyncGenerator<LogSlice> {
      for (let from = start; from < end; from += BigInt(size)) {
        if (failures[0] !== undefined && failures[0] <= from)
          throw new Error(`broken at ${failures.shift()}`);
        const to = from + BigInt(size) < end ? from + BigInt(size) : end;
        const offsets = Array.from({ length: Number(to - from) }, (_, index) => from + BigInt(index));
        const records = offsets.filter((offset) => offset % 3n !== 2n).map(record);
        yield { start: from, end: to, records, markers: 0, aborted: 0 };
      }
    },
  };
}

const rangeOf = (partition: number, from: bigint, to: bigint) => ({
  ledger: { topic: 'events', partition, nextOffset: to, resets: 0, topicId: null, clusterId: null },
  ...{ from, to },
});

const retry: RangeParts['reach'] = {
  async kafka(operation) {
    for (;;) {
      try {
        return await operation();
      } catch (error) {
        if (!String(error).includes('broken')) throw error;
      }
    }
  },
};

/** Reads partition 0 from 10 to 9,000, and partition 1 from 0 to 5; with the offsets of each step. */
function start(change: Partial<RangeParts> = {}) {
  const steps: (readonly [partition: number, start: bigint, end: bigint, records: number])[] = [];
  const shares: number[] = [];
  const reader = new RangeReader([rangeOf(0, 10n, 9_000n), rangeOf(1, 0n, 5n)], {
    admin: adminOf(5_000),
    reach: retry,
    limits: { maxBytes: 1, maxRecords: 1 },
    pace: { wait: async () => {} },
    signal: new AbortController().signal,
    onStep: async ({ ledger }, step) =>
      void steps.push([ledger.partition, step.start, step.end, step.records.length]),
    onProgress: (share) => void shares.push(share),
    ...change,
  });
  return { reader, steps, shares };
}

test('steps are consecutive, limited, and hold every record once, after any errors', async () => {
  const anyLog = fc.record({
    size: fc.integer({ min: 1_000, max: 9_000 }),
    failures: fc.array(fc.nat(9_000)),
  });
  await fc.assert(
    fc.asyncProperty(anyLog, async ({ size, failures }) => {
      const sorted = failures.sort((a, b) => a - b).map(BigInt);
      const { reader, steps, shares } = start({ admin: adminOf(size, sorted) });
      await reader.readAll();
      for (const partition of [0, 1]) {
        const own = steps.filter(([one]) => one === partition);
        expect(own.slice(1).map(([, from]) => from)).toEqual(own.slice(0, -1).map(([, , to]) => to));
      }
      expect(Math.max(...steps.map(([, , , records]) => records))).toBeLessThanOrEqual(2_000);
      expect(steps.reduce((sum, [, , , records]) => sum + records, 0)).toBe(5_993 + 4);
      expect(shares.at(-1)).toBe(1);
      expect(reader.read.map(({ to, next }) => to === next)).toEqual([true, true]);
    }),
    { numRuns: 30 },
  );
});

test('after a stop no step begins, and the next offset is that of the last one', async () => {
  const stop = new AbortController();
  const { reader, steps } = start({
    signal: stop.signal,
    onStep: async ({ ledger }, step) => {
      steps.push([ledger.partition, step.start, step.end, step.records.length]);
      if (steps.length === 2) stop.abort(new Error('stopped'));
    },
  });
  await reader.readAll();
  expect(steps).toHaveLength(2);
  expect(reader.read.map(({ next }) => next)).toEqual([String(steps[1]?.[2]), '0']);
});

test('a log that ends early is one line', async () => {
  const { reader } = start({ admin: { async *readRange() {} } });
  await expect(reader.readAll()).rejects.toThrow('the log of events/0 was truncated while it was read');
});
