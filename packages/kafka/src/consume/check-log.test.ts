import { expect, test } from 'vitest';
import type { KafkaRecord } from '../record.ts';
import { checkLog, type PartitionLog } from './check-log.ts';
import type { EpochEnd } from './divergence.ts';
import { chunkOf } from './testing/chunks.ts';

const tail = { epoch: 7, epochs: [{ epoch: 7, offset: 40n }], record: { offset: 98n, hash: '98' } };
const ledger = { nextOffset: 100n, tail };
const hash = ({ offset }: KafkaRecord) => offset;

/** The log of the ledger, which has grown, with a change. */
function logWith(change: Partial<PartitionLog> = {}): PartitionLog {
  return {
    logStart: 10n,
    logEnd: 200n,
    findEpochEnd: async () => ({ epoch: 7, endOffset: 150n }),
    readRecord: async (offset) => chunkOf(Number(offset), 1).records[0],
    ...change,
  };
}

const other = async () => chunkOf(1, 1).records[0];
const none = async () => undefined;
const endsAt = (endOffset: bigint, epoch = 7) => ({
  findEpochEnd: async (): Promise<EpochEnd> => ({ epoch, endOffset }),
});

test.each<[string, Partial<PartitionLog>, object]>([
  ['has only grown is intact', {}, { state: 'intact' }],
  ['lost the last record to compaction is intact', { readRecord: none }, { state: 'intact' }],
  ['shows no epochs, but has the last record is intact', { findEpochEnd: none }, { state: 'intact' }],
  ['has lost all of it to retention is intact', { logStart: 100n, ...endsAt(100n) }, { state: 'intact' }],
  ['shows neither is unknown', { findEpochEnd: none, readRecord: none }, { state: 'unknown' }],
  [
    'has lost the record to retention is unknown',
    { findEpochEnd: none, logStart: 99n },
    { state: 'unknown' },
  ],
  [
    'has ended at the ledger, and shows neither, is unknown',
    { logEnd: 100n, findEpochEnd: none, readRecord: none },
    { state: 'unknown' },
  ],
  [
    'begins at the last record, and shows no epochs, is intact',
    { logStart: 98n, findEpochEnd: none },
    { state: 'intact' },
  ],
  ['has an epoch that ends earlier is truncated there', endsAt(70n), { state: 'truncated', divergence: 70n }],
  ['has none of its epochs is unknown', { ...endsAt(30n, 3), readRecord: none }, { state: 'unknown' }],
  ['has another last record is truncated', { readRecord: other }, { state: 'truncated', divergence: 10n }],
  [
    'ends earlier and shows no epochs is truncated',
    { logEnd: 99n, findEpochEnd: none },
    { state: 'truncated', divergence: 10n },
  ],
])('a log that %s', async (_, change, expected) => {
  expect(await checkLog(ledger, logWith(change), hash)).toEqual(expected);
});

test('a log is not asked if nothing is known of the former one', async () => {
  const notAsked = () => Promise.reject(new Error('asked'));
  const log = logWith({ findEpochEnd: notAsked, readRecord: notAsked });
  expect(await checkLog({ nextOffset: 100n }, log, hash)).toEqual({ state: 'unknown' });
});

test.each([97n, 98n])('no record is read if the log ends at %d, below it', async (logEnd) => {
  const readRecord = () => Promise.reject(new Error('read'));
  const log = logWith({ findEpochEnd: none, logEnd, readRecord });
  expect(await checkLog(ledger, log, hash)).toEqual({ state: 'truncated', divergence: 10n });
});

test('a ledger without records is not unknown at the start of the log', async () => {
  expect(await checkLog({ nextOffset: 10n }, logWith(), hash)).toEqual({ state: 'intact' });
});
