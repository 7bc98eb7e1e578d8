import fc from 'fast-check';
import { expect, test } from 'vitest';
import { batchOf, deadLetter, record, row } from '../testing/batches.ts';
import { type Batch, splitBatch } from './batch.ts';
import { EventRows } from './event-rows.ts';
import { cutTail, extendTail, hashRecord, type LogTail, tailFromJson, tailToJson } from './log-tail.ts';

/** A batch of records with these leader epochs, from an offset on; every third record is a dead letter. */
function batchWith(epochs: readonly number[], from = 0, lastEpoch = epochs.at(-1)): Batch {
  const records = epochs.map((leaderEpoch, index) => ({ ...record(from + index), leaderEpoch }));
  const rows = records.filter((_, index) => index % 3 !== 2).map((one) => row(0, { record: one }));
  const deadLetters = records.filter((_, index) => index % 3 === 2);
  return {
    ...batchOf(
      rows,
      deadLetters.map((one) => deadLetter(0, { record: one })),
    ),
    lastEpoch,
  };
}

/** A batch without records. */
const [nothing] = splitBatch(batchWith([3]), 0n);

const starts = (...all: readonly (readonly [number, bigint])[]) =>
  all.map(([epoch, offset]) => ({ epoch, offset }));

test('the tail has the last record and the start of each leader epoch', () => {
  const tail = extendTail(undefined, batchWith([3, 3, 3, 5, 5]), 0n);
  expect(tail).toEqual({
    nextOffset: 5n,
    epoch: 5,
    epochs: starts([3, 0n], [5, 3n]),
    record: { offset: 4n, hash: hashRecord(record(4)) },
  });
  const next = extendTail(tail, batchWith([5, 5, 8], 5), 5n);
  expect(next.epochs).toEqual(starts([3, 0n], [5, 3n], [8, 7n]));
});

test('the offsets before a new epoch belong to it, because they hold no records', () => {
  const tail = extendTail(undefined, batchWith([3, 3]), 0n);
  expect(extendTail(tail, batchWith([4], 9), 2n).epochs).toEqual(starts([3, 0n], [4, 2n]));
});

test('the epoch of offsets without records after the last one is kept', () => {
  const batch = { ...batchWith([3, 3], 0, 4), nextOffset: 9n };
  expect(extendTail(undefined, batch, 0n)).toMatchObject({ epoch: 4, epochs: starts([3, 0n], [4, 2n]) });
});

test('a batch without records keeps the last record', () => {
  const tail = extendTail(undefined, batchWith([3]), 0n);
  const empty = { ...nothing, nextOffset: 7n, lastEpoch: 3 };
  expect(extendTail(tail, empty, 1n)).toEqual({ ...tail, nextOffset: 7n });
});

test('records without an epoch leave it unknown', () => {
  const { lastEpoch, ...batch } = batchWith([-1, -1]);
  expect(lastEpoch).toBe(-1);
  expect(extendTail(undefined, batch, 0n)).toMatchObject({ epoch: undefined, epochs: [] });
  expect(extendTail(undefined, { ...batch, lastEpoch }, 0n)).toMatchObject({ epoch: undefined, epochs: [] });
});

test('the first leader epoch is 0', () => {
  expect(extendTail(undefined, batchWith([0, 0]), 0n)).toMatchObject({ epoch: 0, epochs: starts([0, 0n]) });
});

test('records without an epoch keep what is known of earlier ones', () => {
  const tail = extendTail(undefined, batchWith([3]), 0n);
  const next = extendTail(tail, { ...batchWith([-1], 1), lastEpoch: undefined }, 1n);
  expect(next).toMatchObject({ epoch: undefined, epochs: starts([3, 0n]) });
});

test('what was known of other offsets is dropped', () => {
  const former = extendTail(undefined, batchWith([3, 3]), 0n);
  const empty = { ...nothing, nextOffset: 9n };
  expect(extendTail(former, empty, 5n)).toEqual({ nextOffset: 9n, epochs: [] });
});

test('after offsets of an unknown epoch the earlier epochs are dropped', () => {
  const unknown = { ...batchWith([3, 3]), lastEpoch: undefined };
  const tail = extendTail(undefined, { ...unknown, nextOffset: 7n }, 0n);
  expect(extendTail(tail, batchWith([4], 9), 7n).epochs).toEqual(starts([4, 7n]));
});

test('a batch that is split at offsets without records keeps its leader epoch', () => {
  const [before, after] = [batchWith([3, 3]), batchWith([3, 3], 7)];
  const rows = EventRows.of([...before.rows, ...after.rows]);
  const deadLetters = [...before.deadLetters, ...after.deadLetters];
  const [left, right] = splitBatch({ ...after, rows, deadLetters }, 7n);
  const tail = extendTail(undefined, left, 0n);
  expect(extendTail(tail, right, left.nextOffset).epochs).toEqual(starts([3, 0n]));
});

test('epochs of a log that started over replace those of the former one', () => {
  const former = extendTail(undefined, batchWith([3, 5, 7]), 0n);
  expect(extendTail(former, batchWith([4], 3), 3n).epochs).toEqual(starts([3, 0n], [4, 3n]));
});

test('only the latest 16 epochs are kept', () => {
  const all = Array.from({ length: 40 }, (_, epoch) => epoch);
  const { epochs } = extendTail(undefined, batchWith(all), 0n);
  expect(epochs.map(({ epoch }) => epoch)).toEqual(all.slice(-16));
});

test('a batch in two parts leaves the same tail as the whole', () => {
  const epochs = fc
    .array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 20 })
    .map((all) => all.sort((a, b) => a - b));
  fc.assert(
    fc.property(epochs, fc.nat({ max: 20 }), (all, at) => {
      const batch = batchWith(all);
      const middle = BigInt(Math.min(at, all.length));
      const [left, right] = splitBatch(batch, middle);
      const half = middle === 0n ? undefined : extendTail(undefined, left, 0n);
      const last = middle === batch.nextOffset ? half : extendTail(half, right, middle);
      expect(last).toEqual(extendTail(undefined, batch, 0n));
    }),
  );
});

test('after a cut the tail ends with the epoch before it', () => {
  const tail = extendTail(undefined, batchWith([3, 3, 5, 5, 8]), 0n);
  expect(cutTail(tail, 3n)).toEqual({ nextOffset: 3n, epoch: 5, epochs: starts([3, 0n], [5, 2n]) });
  expect(cutTail(tail, 2n)).toMatchObject({ epoch: 3 });
  expect(cutTail(tail, 0n)).toEqual({ nextOffset: 0n, epoch: undefined, epochs: [] });
});

test('a hash depends on timestamp, key and value, and on which bytes belong to which', () => {
  const [a, b, none] = [Buffer.from('a'), Buffer.from('b'), Buffer.alloc(0)];
  const base = record(0);
  const all = [
    { ...base, key: a, value: b },
    { ...base, key: b, value: a },
    { ...base, key: none, value: Buffer.from('ab') },
    { ...base, key: null, value: Buffer.from('ab') },
    { ...base, key: Buffer.from('ab'), value: null },
    { ...base, key: Buffer.from('ab'), value: none },
    { ...base, key: a, value: b, timestamp: '1' },
  ];
  expect(new Set(all.map(hashRecord)).size).toBe(all.length);
  expect(hashRecord({ ...record(9), leaderEpoch: 4 })).toBe(hashRecord(record(0)));
});

test('the hash of a record never changes, because ledgers hold it', () => {
  const [key, value] = [Buffer.from('key'), Buffer.from('value')];
  expect(hashRecord({ ...record(0), key, value })).toBe('oceGTS1JvN0uXbSBWEwPHQlep/y4nCOIrsMa5lTYlRw=');
  expect(hashRecord({ ...record(0), key: null, value: null })).toBe(
    'i/t/TNT+SVHLJmz7hXt0rPVhQfSy3duqXFQYjmwpCS8=',
  );
});

test('a tail survives JSON', () => {
  const offset = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
  const epoch = fc.nat();
  const tails: fc.Arbitrary<LogTail> = fc.record(
    {
      nextOffset: offset,
      epoch,
      epochs: fc.array(fc.record({ epoch, offset })),
      record: fc.record({ offset, hash: fc.string() }),
    },
    { requiredKeys: ['nextOffset', 'epochs'] },
  );
  fc.assert(
    fc.property(tails, (tail) => {
      expect(tailFromJson(JSON.parse(tailToJson(tail)))).toEqual(tail);
    }),
  );
  expect([tailFromJson(null), tailFromJson(undefined)]).toEqual([undefined, undefined]);
});
