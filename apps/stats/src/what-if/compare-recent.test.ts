import type { KafkaRecord, LogRange, LogSlice } from '@pipeline/kafka';
import { shopEvents } from '@pipeline/schema';
import { expect, test } from 'vitest';
import { compareRecent, type RecordReader } from './compare-recent.ts';

/** Maximum number of records per slice. */
const SLICE = 3_000n;

const toRecord = (offset: bigint): KafkaRecord => ({
  ...{ offset: String(offset), timestamp: '0', encodedSize: 1, key: null, value: Buffer.from('{') },
});

/** Partitions with these numbers of records, and the ranges that are read. */
function createReader(lengths: readonly bigint[], change: Partial<RecordReader> = {}) {
  const read: (readonly [partition: number, start: bigint, end: bigint])[] = [];
  const reader: RecordReader = {
    fetchLogs: async () =>
      lengths.map((length, partition) => ({
        ...{
          topic: 'events',
          partition,
          topicId: 'id',
          logStart: 0n,
          logEnd: length + 1n,
          stableEnd: length,
        },
      })),
    fetchOffsetsAt: async () =>
      new Map(lengths.map((length, partition) => [partition, length === 0n ? 1n : 0n])),
    async *readRange({ partition, start, end }: LogRange): AsyncGenerator<LogSlice> {
      read.push([partition, start, end]);
      for (let from = start; from < end; from += SLICE) {
        const to = from + SLICE < end ? from + SLICE : end;
        const records = Array.from({ length: Number(to - from) }, (_, index) =>
          toRecord(from + BigInt(index)),
        );
        yield { start: from, end: to, records, markers: 0, aborted: 0 };
      }
    },
    ...change,
  };
  return { reader, read };
}

/** Ends after at least `maxRecords` records. */
async function compare(reader: RecordReader, maxRecords = Number.POSITIVE_INFINITY) {
  const { present, ranges, isComplete } = await compareRecent(
    { reader, findInvalid: async () => new Map() },
    {
      ...{ topics: ['events'], present: shopEvents, candidate: shopEvents, sinceMs: 0, eventLimits: {} },
      ...{ limits: { maxBytes: 1, maxRecords: 1 }, isOver: (records) => records >= maxRecords },
    },
  );
  const next = ranges.map((range) => [range.partition, range.from, range.to, range.next]);
  return { records: present.records, next, isComplete };
}

test('partitions are read in turns, each record once', async () => {
  const { reader, read } = createReader([12_000n, 0n, 6_000n]);
  expect(await compare(reader)).toEqual({
    records: 18_000,
    next: [
      [0, '0', '12000', '12000'],
      [1, '0', '0', '0'],
      [2, '0', '6000', '6000'],
    ],
    isComplete: true,
  });
  expect(read).toEqual([
    [0, 0n, 5_000n],
    [2, 0n, 5_000n],
    [0, 5_000n, 10_000n],
    [2, 5_000n, 6_000n],
    [0, 10_000n, 12_000n],
  ]);
});

test('a comparison that ends early has compared each partition, and returns how far', async () => {
  const { reader } = createReader([12_000n, 6_000n]);
  expect(await compare(reader, 7_000)).toEqual({
    records: 7_000,
    next: [
      [0, '0', '12000', '5000'],
      [1, '0', '6000', '2000'],
    ],
    isComplete: false,
  });
});

test('the rest of a truncated log is skipped', async () => {
  const { reader } = createReader([10n], { async *readRange() {} });
  expect(await compare(reader)).toEqual({ records: 0, next: [[0, '0', '10', '0']], isComplete: false });
});
