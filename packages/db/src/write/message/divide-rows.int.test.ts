import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import type { Database } from '../../client/connect.ts';
import { compareTables } from '../../maintenance/compare-tables.ts';
import { batchOf, deadLetter, row } from '../../testing/batches.ts';
import { createFreshDatabase, type FreshDatabase } from '../../testing/fresh-database.ts';
import { type EventRow, EventRows } from '../event-rows.ts';
import { createWriter, type Writer } from '../writer.ts';
import { divideRows } from './divide-rows.ts';

let fresh: FreshDatabase;

beforeAll(async () => {
  fresh = await createFreshDatabase(inject('postgresUrl'));
});
afterAll(() => fresh[Symbol.asyncDispose]());
beforeEach(() => run('truncate raw_events, agg_events_minute, dlq_events, ingest_progress'));

const run = (text: string) => fresh.database.run<Record<string, unknown>>((sql) => sql.unsafe(text));
const event = (id: number, offset: number) =>
  row(offset, { eventId: `019ab3c1-0000-7000-8000-${String(id).padStart(12, '0')}` });
const numberOf = `right(event_id::text, 2)::int`;

/** In descending order: a statement would sort them. */
const ids = [8, 7, 6, 5, 4, 3, 2, 1];
const rows = ids.map(event);

/** A writer that has stored events 90 to 93, and has met a duplicate. */
async function openWriter(database: Database = fresh.database): Promise<Writer> {
  const writer = createWriter(database, (statement) => statement(), { copyMinEvents: 2 });
  await writer.open({ topic: 'events', partition: 0 }, -5n);
  await writer.write(batchOf([90, 91, 92, 93, 90].map((id, at) => event(id, at - 5))));
  return writer;
}

/** The stored events in the order of their insertion, without those of `openWriter`. */
async function readStored() {
  const stored = await run(`select ${numberOf} as id from raw_events where ${numberOf} < 90 order by ctid`);
  return stored.map(({ id }) => id);
}

test('of a batch with duplicates, far and near, the other events are copied', async () => {
  const writer = await openWriter();
  const { stored } = await writer.write(batchOf([90, ...ids, 8, 9].map(event)));
  expect(Object.fromEntries(stored)).toEqual({ page_view: 9 });
  expect(await readStored()).toEqual([...ids, 9]);
  const [ledger] = await run(
    'select stored::int, duplicates::int, next_offset::int as next from ingest_progress',
  );
  expect(ledger).toEqual({ stored: 13, duplicates: 3, next: 11 });
  const comparisons = await compareTables(fresh.database);
  expect(comparisons.filter(({ expected, found }) => expected !== found)).toEqual([]);
});

test.each([
  ['purged', 9, `delete from raw_events where ${numberOf} = 90`],
  [
    'stored',
    7,
    `insert into raw_events (event_id, event_type, event_time, user_id, payload)
     select '${event(1, 0).eventId}', event_type, event_time, user_id, payload from raw_events limit 1`,
  ],
])('an event that is %s after the duplicates were found is counted', async (_, count, change) => {
  let queries = Number.NEGATIVE_INFINITY;
  const changing: Database = {
    ...fresh.database,
    async run(statement, signal) {
      if (++queries === 3) await run(change);
      return await fresh.database.run(statement, signal);
    },
  };
  const writer = await openWriter(changing);
  queries = 0;
  const { stored } = await writer.write(batchOf([90, ...ids].map(event)));
  expect(queries).toBe(4);
  expect(Object.fromEntries(stored)).toEqual({ page_view: count });
  expect(await readStored()).toHaveLength(8);
});

test('rows are divided by what is stored and by earlier rows', async () => {
  await openWriter();
  const divide = async (...others: readonly number[]) => {
    const all = EventRows.of([...ids, ...others].map(event));
    const division = await divideRows(fresh.database, all);
    return division && [division.fresh.records.map(({ offset }) => offset), division.stored?.list];
  };
  const offsets = rows.map(({ record }) => record.offset);
  const { eventId: stored } = event(90, 0);
  expect(await divide()).toEqual([offsets, undefined]);
  expect(await divide(90, 7)).toEqual([offsets, stored]);
  expect(await divide(8, 8, 90, 8, 90)).toEqual([offsets, stored]);
});

test('of a batch of duplicates, no event is copied', async () => {
  const writer = await openWriter();
  const all = batchOf([90, 91, 92, 93].map(event));
  const division = await divideRows(fresh.database, all.rows);
  expect([division?.fresh.records, division?.stored?.count]).toEqual([[], 4]);
  const { stored } = await writer.write(all);
  expect(stored).toEqual(new Map());
  const [ledger] = await run('select stored::int, duplicates::int from ingest_progress');
  expect(ledger).toEqual({ stored: 4, duplicates: 5 });
});

test('a batch with a duplicate that differs is a statement, and so is the next', async () => {
  let queries = 0;
  const counting: Database = {
    ...fresh.database,
    run(statement, signal) {
      queries++;
      return fresh.database.run(statement, signal);
    },
  };
  const writer = await openWriter(counting);
  const queriesFor = async (...events: readonly EventRow[]) => {
    queries = 0;
    await writer.write(batchOf(events));
    return queries;
  };
  const changed = { ...event(90, 0), payloadJson: '{"path":"/other"}' };
  expect(await queriesFor(changed, event(1, 1))).toBe(3);
  expect(await queriesFor(event(90, 2), event(2, 3))).toBe(1);
  expect(await queriesFor(event(90, 4), event(3, 5))).toBe(3);
});

test('a batch of dead letters, after one with a duplicate, is written', async () => {
  const writer = await openWriter();
  expect(await writer.write(batchOf([], [deadLetter(0), deadLetter(1)]))).toMatchObject({ deadLettered: 2 });
  expect(await divideRows(fresh.database, new EventRows())).toMatchObject({ fresh: { records: [] } });
});

test('a stored event fails one COPY, and its batch is divided', async () => {
  const writer = createWriter(fresh.database, (statement) => statement(), { copyMinEvents: 2 });
  await writer.open({ topic: 'events', partition: 0 }, 0n);
  await writer.write(batchOf([1, 2].map(event)));
  await writer.write(batchOf([7, 6, 5, 4, 3, 2].map((id, at) => event(id, 2 + at))));
  expect(await readStored()).toEqual([1, 2, 7, 6, 5, 4, 3]);
  const [ledger] = await run('select stored::int, duplicates::int from ingest_progress');
  expect(ledger).toEqual({ stored: 7, duplicates: 1 });
});

test.each<[string, Partial<EventRow>]>([
  ['event_type', { eventType: 'signup' }],
  ['event_time', { eventTime: '2026-11-24T09:30:12.345679Z' }],
  ['user_id', { userId: null }],
  ['payload', { payloadJson: '{"path":"/other"}' }],
  ['attributes', { attributesJson: '{}' }],
])('a batch with a duplicate that differs in %s is not divided', async (_, change) => {
  await openWriter();
  for (const id of [90, 8]) {
    const divide = (one: EventRow) => divideRows(fresh.database, EventRows.of([...rows, one]));
    expect((await divide(event(id, 8)))?.fresh.records).toHaveLength(8);
    expect(await divide({ ...event(id, 8), ...change })).toBeUndefined();
  }
});
