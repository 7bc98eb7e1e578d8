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
  const parts: RangeParts = {
    admin: adminOf(5_000),
    reach: retry,
    limits: { maxBytes: 1, maxRecords: 1 },
    pace: { wait: async () => {} },
    signal: new AbortController().signal,
    onStep: async ({ ledger }, step) => {
      steps.push([ledger.partition, step.start, step.end, step.records.length]);
      const offsets = step.records.map(({ offset }) => BigInt(offset));
      expect(offsets.every((offset) => offset >= step.start && offset < step.end)).toBe(true);
    },
    onProgress: (share) => void shares.push(share),
    ...change,
  };
  return {
    parts,
    reader: new RangeReader([rangeOf(0, 10n, 9_000n), rangeOf(1, 0n, 5n)], parts),
    steps,
    shares,
  };
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
  await expect(reader.readAll()).rejects.toMatchObject({
    message: 'the log of events/0 was truncated while it was read, and ends at 10',
    remedy: 'replay again when the consumer has read the present log',
  });
});

/** Reads these ranges, each a partition of its own, with slices of `size` offsets. */
function startSmall(size: number, ranges: readonly (readonly [from: bigint, to: bigint])[]) {
  const steps: (readonly [end: bigint, records: number])[] = [];
  const [shares, paced]: [number[], number[]] = [[], []];
  const parts = start().parts;
  const reader = new RangeReader(
    ranges.map(([from, to], partition) => rangeOf(partition, from, to)),
    {
      ...parts,
      admin: adminOf(size),
      pace: { wait: async (records) => void paced.push(records) },
      onStep: async (_, { end, records }) => void steps.push([end, records.length]),
      onProgress: (share) => void shares.push(share),
    },
  );
  return { reader, steps, shares, paced };
}

test('progress is the share of the offsets of all ranges, and each step is paced', async () => {
  const { reader, shares, paced } = startSmall(10, [
    [10n, 20n],
    [0n, 30n],
  ]);
  await reader.readAll();
  expect(shares).toEqual([0.25, 0.5, 0.75, 1]);
  expect(paced).toEqual([7, 7, 7, 6]);
});

test('offsets without records are a step too, and full slices one step', async () => {
  const sparse = startSmall(1, [[0n, 4n]]);
  await sparse.reader.readAll();
  expect(sparse.steps).toEqual([
    [1n, 1],
    [2n, 1],
    [3n, 0],
    [4n, 1],
  ]);
  const full = startSmall(3_000, [[0n, 3_000n]]);
  await full.reader.readAll();
  expect(full.steps).toEqual([[3_000n, 2_000]]);
});

test('what has been read has its topic, its partition and its offsets as text', async () => {
  const { reader } = startSmall(10, [[10n, 20n]]);
  const range = { topic: 'events', partition: 0, from: '10', to: '20' };
  expect(reader.read).toEqual([{ ...range, next: '10' }]);
  await reader.readAll();
  expect(reader.read).toEqual([{ ...range, next: '20' }]);
});

test('a partition is read from its first offset to its last with the limits of batches', async () => {
  const asked: unknown[] = [];
  const admin: RangeParts['admin'] = {
    readRange: (range, limits) => {
      asked.push([range, limits]);
      return adminOf(10_000).readRange(range, limits);
    },
  };
  await start({ admin }).reader.readAll();
  const limits = { maxBytes: 1, maxRecords: 1 };
  expect(asked).toEqual([
    [{ topic: 'events', partition: 0, start: 10n, end: 9_000n }, limits],
    [{ topic: 'events', partition: 1, start: 0n, end: 5n }, limits],
  ]);
});
