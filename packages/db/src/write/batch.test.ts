import { expect, test } from 'vitest';
import { batchOf, deadLetter, record, row } from '../testing/batches.ts';
import { lastRecord, recordCount, splitBatch } from './batch.ts';

const withEpoch = (offset: number, leaderEpoch: number) => ({ ...record(offset), leaderEpoch });

/** Rows at the offsets 1 and 4, dead letters at 3 and 6, in the epochs 5 and 7. */
const batch = {
  ...batchOf(
    [row(0, { record: withEpoch(1, 5) }), row(0, { record: withEpoch(4, 7) })],
    [deadLetter(0, { record: withEpoch(3, 5) }), deadLetter(0, { record: withEpoch(6, 7) })],
  ),
  nextOffset: 9n,
  lastEpoch: 8,
};

/** What matters of each part of the batch. */
function parts(at: bigint) {
  return splitBatch(batch, at).map(({ nextOffset, lastEpoch, rows, deadLetters }) => ({
    rows: rows.records.map(({ offset }) => offset).join(),
    dead: deadLetters.map((one) => one.record.offset).join(),
    nextOffset,
    lastEpoch,
  }));
}

test('a batch is split at any offset, and the second part has its end', () => {
  expect(parts(4n)).toEqual([
    { rows: '1', dead: '3', nextOffset: 4n, lastEpoch: 5 },
    { rows: '4', dead: '6', nextOffset: 9n, lastEpoch: 8 },
  ]);
  expect(parts(5n)).toMatchObject([
    { rows: '1,4', dead: '3', nextOffset: 5n, lastEpoch: 7 },
    { rows: '', dead: '6' },
  ]);
});

test('the first part ends with its last record, whose epoch it has', () => {
  expect(parts(3n)).toMatchObject([
    { rows: '1', nextOffset: 2n, lastEpoch: 5 },
    { rows: '4', dead: '3,6' },
  ]);
  expect(parts(9n)).toMatchObject([{ dead: '3,6', nextOffset: 7n, lastEpoch: 7 }, { rows: '' }]);
  expect(parts(0n)).toMatchObject([{ rows: '', nextOffset: 0n, lastEpoch: undefined }, { rows: '1,4' }]);
});

test('the last record is the row or dead letter with the highest offset', () => {
  expect(lastRecord(batch)?.offset).toBe('6');
  expect(lastRecord(batchOf([row(10)], [deadLetter(9)]))?.offset).toBe('10');
  expect(lastRecord(batchOf([row(10)]))?.offset).toBe('10');
  expect(lastRecord(batchOf([], [deadLetter(9)]))?.offset).toBe('9');
  expect(lastRecord({ ...batchOf([row(1)]), rows: batchOf([row(1)]).rows.slice(1) })).toBeUndefined();
});

test('rows and dead letters are counted together', () => {
  expect(recordCount(batch)).toBe(4);
});
