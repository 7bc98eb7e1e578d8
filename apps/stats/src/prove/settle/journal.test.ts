import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Entries } from './entries.ts';
import {
  absenceToDetail,
  bitsToColumns,
  columnsToBits,
  detailToAbsence,
  type Entry,
  kinds,
} from './entry.ts';
import { hashOfId, hashOfText, idOf, isSampled } from './event-id.ts';
import { bucketsFor, Journal } from './journal.ts';

const newFolder = () => join(mkdtempSync(join(tmpdir(), 'journal-')), 'ids');

const entry: fc.Arbitrary<Entry> = fc.record({
  kind: fc.constantFrom(...kinds),
  partition: fc.nat(65_535),
  offset: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  detail: fc.nat(2 ** 32 - 1),
});
const id = fc.oneof(fc.uuid(), fc.constantFrom('00000000-0000-4000-8000-000000000001'));
const additions = fc.array(fc.tuple(id, entry), { maxLength: 40 });

function entriesOf(all: readonly (readonly [string, Entry])[]): Entries {
  const entries = new Entries();
  for (const [one, added] of all) entries.push(idOf(one), 0, added);
  return entries;
}

function grouped(all: readonly (readonly [string, Entry])[]): ReadonlyMap<string, readonly Entry[]> {
  const groups = Map.groupBy(all, ([one]) => one);
  return new Map([...groups].map(([one, group]) => [one, group.map(([, added]) => added)]));
}

test('entries are grouped by id in their order; what no checkpoint has is forgotten', () => {
  fc.assert(
    fc.property(additions, additions, additions, fc.constantFrom(1, 8), (first, lost, second, buckets) => {
      const folder = newFolder();
      const journal = new Journal(folder, new Array(buckets).fill(0));
      journal.add(entriesOf(first));
      const lengths = journal.flush();
      journal.add(entriesOf(lost));
      journal.flush();
      const resumed = new Journal(folder, lengths);
      resumed.add(entriesOf(second));
      resumed.flush();
      expect(new Map([...resumed.groups()].map(({ eventId, entries }) => [eventId(), entries]))).toEqual(
        grouped([...first, ...second]),
      );
    }),
    { numRuns: 30 },
  );
});

test('a full buffer is written before the next entry', () => {
  const journal = new Journal(newFolder(), new Array(512).fill(0));
  const row = { kind: 'row', partition: 0, offset: 0n, detail: 0 } as const;
  const same = '00000000-0000-4000-8000-000000000001';
  for (let index = 0; index < 1_000; index++)
    journal.add(entriesOf([[same, { ...row, offset: BigInt(index) }]]));
  journal.flush();
  const [group] = [...journal.groups()];
  expect([group?.eventId(), group?.entries.map(({ offset }) => Number(offset))]).toEqual([
    same,
    [...new Array(1_000).keys()],
  ]);
});

test('the number of files is a power of two, and follows the number of entries', () => {
  expect([0, 100_000, 100_001, 5e6, 1e12].map(bucketsFor)).toEqual([1, 1, 2, 64, 4_096]);
});

test('ids that count up are spread over the files, and sampled at the wanted rate', () => {
  const ids = Array.from(
    { length: 10_000 },
    (_, index) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
  );
  const hashes = ids.map((one) => hashOfId(idOf(one), 0));
  const sizes = Map.groupBy(hashes, (hash) => hash & 15);
  expect(Math.min(...[...sizes.values()].map((group) => group.length))).toBeGreaterThan(400);
  for (const all of [hashes, ids.map(hashOfText)]) {
    const share = all.filter((hash) => isSampled(hash, 0.1)).length / all.length;
    expect(share).toBeGreaterThan(0.08);
    expect(share).toBeLessThan(0.12);
    expect(all.every((hash) => isSampled(hash, 1))).toBe(true);
  }
});

test('columns and absences survive as numbers', () => {
  expect(bitsToColumns(columnsToBits('user_id, payload'))).toEqual(['user_id', 'payload']);
  for (const absence of [
    { limit: undefined, isRejected: true },
    { limit: 0, isRejected: false },
    { limit: 9, isRejected: true },
  ])
    expect(detailToAbsence(absenceToDetail(absence))).toEqual(absence);
});
