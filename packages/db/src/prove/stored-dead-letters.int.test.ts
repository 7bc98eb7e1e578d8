import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { SourceRecord } from '../dead-letters/dead-letter.ts';
import { batchOf, deadLetter, record } from '../testing/batches.ts';
import { createFreshDatabase, type FreshDatabase } from '../testing/fresh-database.ts';
import { createWriter } from '../write/writer.ts';
import { differencesOf, hasTimeOf, readDeadLettersOf } from './stored-dead-letters.ts';

let fresh: FreshDatabase;
beforeAll(async () => {
  fresh = await createFreshDatabase(inject('postgresUrl'));
});
afterAll(() => fresh[Symbol.asyncDispose]());

const bytes = (...all: readonly number[]) => Buffer.from(all);
const records: readonly SourceRecord[] = [
  { ...record(0), key: null, value: null },
  { ...record(1), key: bytes(), value: bytes(), headers: [] },
  {
    ...record(2),
    value: bytes(0, 255),
    headers: [
      ['b', bytes(255)],
      ['a', null],
      ['b', 'text'],
      [bytes(254), bytes()],
    ],
  },
  { ...record(3), timestamp: '-9223372036854775808' },
];

test('a dead letter equals its record, and any other content is named', async () => {
  const writer = createWriter(fresh.database, (statement) => statement());
  await writer.open({ topic: 'events', partition: 0 }, 0n);
  await writer.write(
    batchOf(
      [],
      records.map((one) => deadLetter(0, { record: one })),
    ),
  );
  const letters = await readDeadLettersOf(fresh.database, {
    topic: 'events',
    partition: 0,
    start: 0n,
    end: 4n,
  });
  const byOffset = letters.toSorted((a, b) => Number(a.offset - b.offset));
  for (const [index, letter] of byOffset.entries())
    for (const [other, one] of records.entries()) {
      expect(differencesOf(letter, one).length === 0).toBe(index === other);
      expect(hasTimeOf(letter, one)).toBe((index === 3) === (other === 3));
    }
  const [, second, third] = byOffset;
  const found = [second, third].map(
    (letter, index) => letter && differencesOf(letter, records[index] as SourceRecord),
  );
  expect(found).toEqual([
    ['key', 'value'],
    ['key', 'value', 'headers'],
  ]);
  const range = { topic: 'events', partition: 0, start: 1n, end: 3n };
  expect(await readDeadLettersOf(fresh.database, range)).toHaveLength(2);
  expect(await readDeadLettersOf(fresh.database, { ...range, partition: 1 })).toEqual([]);
});
