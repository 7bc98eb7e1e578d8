import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareWithKafka } from './verify.ts';

/** The observations of one partition: committed offset, ledger and end offset, in this order. */
interface Sighting {
  readonly partition: number;
  readonly committed: bigint | undefined;
  readonly nextOffset: bigint | undefined;
  readonly logEnd: bigint;
}

function compare(sightings: readonly Sighting[]) {
  const offsets = sightings.map(({ partition, committed, logEnd }) => ({
    topic: 'events',
    partition,
    logStart: 0n,
    logEnd,
    stableEnd: logEnd,
    committed,
  }));
  const ledger = sightings.flatMap(({ partition, nextOffset }) =>
    nextOffset === undefined ? [] : [{ topic: 'events', partition, nextOffset, recordAgeSeconds: null }],
  );
  return compareWithKafka(ledger, offsets, offsets);
}

const offset = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
const inOrder = fc
  .tuple(offset, offset, offset)
  .map((three) => [...three].sort((a, b) => (a < b ? -1 : 1)) as [bigint, bigint, bigint]);
const partitions = <Value>(one: fc.Arbitrary<Value>) => fc.array(one, { maxLength: 8 });

test('a running consumer causes no differences', () => {
  fc.assert(
    fc.property(partitions(inOrder), (all) => {
      const sightings = all.map(([committed, nextOffset, logEnd], partition) => ({
        partition,
        committed,
        nextOffset,
        logEnd,
      }));
      expect(compare(sightings)).toEqual([]);
    }),
  );
});

test('a ledger below the committed or beyond the end offset is a difference', () => {
  fc.assert(
    fc.property(partitions(fc.tuple(offset, offset, offset)), (all) => {
      const sightings = all.map(([committed, nextOffset, logEnd], partition) => ({
        partition,
        committed,
        nextOffset,
        logEnd,
      }));
      const wrong = sightings.flatMap(({ partition, committed, nextOffset, logEnd }) => [
        ...(committed > nextOffset ? [`events/${partition} at least`] : []),
        ...(nextOffset > logEnd ? [`events/${partition} at most`] : []),
      ]);
      const found = compare(sightings).map(
        ({ key, expected }) => `${key.split(' ')[0]} ${expected.slice(0, 8).trim()}`,
      );
      expect([...found].sort()).toEqual(wrong.sort());
    }),
  );
});

test('a committed offset without a ledger row is a difference', () => {
  const sighting = { partition: 2, committed: 5n, nextOffset: undefined, logEnd: 9n };
  expect(compare([sighting])).toEqual([
    {
      table: 'ingest_progress',
      key: 'events/2 next_offset',
      expected: 'at least 5, the committed offset',
      found: 'no row',
    },
  ]);
});

test('a partition without a commit is not a difference', () => {
  expect(compare([{ partition: 0, committed: undefined, nextOffset: undefined, logEnd: 9n }])).toEqual([]);
});

test('rows of partitions that a recreated topic lacks are ignored', () => {
  const ledger = [0, 3].map((partition) => ({
    topic: 'events',
    partition,
    nextOffset: 7n,
    recordAgeSeconds: null,
  }));
  const offsets = [{ topic: 'events', partition: 0, logStart: 0n, logEnd: 7n, stableEnd: 7n, committed: 7n }];
  expect(compareWithKafka(ledger, offsets, offsets)).toEqual([]);
});

test('partitions of two topics with one number are compared each with its own ledger', () => {
  const ledger = ['events', 'orders'].map((topic, index) => ({
    ...{ topic, partition: 0, recordAgeSeconds: null },
    nextOffset: BigInt(5 * index),
  }));
  const offsets = ledger.map(({ topic, nextOffset: end }) => ({
    ...{ topic, partition: 0, logStart: 0n },
    ...{ logEnd: end, stableEnd: end, committed: end },
  }));
  expect(compareWithKafka(ledger, offsets, offsets)).toEqual([]);
  expect(compareWithKafka(ledger.slice(0, 1), offsets, offsets)).toMatchObject([
    { key: 'orders/0 next_offset', found: 'no row' },
  ]);
});
