import { beforeEach, expect, inject, test } from 'vitest';
import { compareTables } from '../maintenance/compare-tables.ts';
import { batchOf, deadLetter, row } from '../testing/batches.ts';
import { createFreshDatabase, type FreshDatabase } from '../testing/fresh-database.ts';
import type { Batch } from '../write/batch.ts';
import { EventRows } from '../write/event-rows.ts';
import { BUILT_IN_IDENTITY } from '../write/identity.ts';
import { createWriter, type Persist, type Writer } from '../write/writer.ts';
import { findMissing } from './find-missing.ts';
import { type ReplayLedger, readReplayLedgers } from './replay-ledgers.ts';
import { storeMissing } from './store-missing.ts';

const persist: Persist = (statement) => statement();
const [first, lost, third] = [row(0), row(1), row(3)];

let fresh: FreshDatabase;
let writer: Writer;
let ledger: ReplayLedger;

const run = (text: string) => fresh.database.run((sql) => sql.unsafe(text));
const store = (batch: Batch) => storeMissing(fresh.database, persist, ledger, batch);

async function differences() {
  const comparisons = await compareTables(fresh.database);
  return comparisons.filter(({ expected, found }) => expected !== found);
}

async function ledgerRow(): Promise<Readonly<Record<string, unknown>> | undefined> {
  const [found] = await run('select *, updated_at is null as never from ingest_progress');
  return found;
}

/** Offset 1 was dead-lettered, and is an event by the present definition. Offset 2 holds no record. */
beforeEach(async () => {
  fresh = await createFreshDatabase(inject('postgresUrl'));
  writer = createWriter(fresh.database, persist);
  await writer.open({ topic: 'events', partition: 0 }, 0n);
  await writer.write(batchOf([first, third], [deadLetter(1)]));
  const [found] = await readReplayLedgers(fresh.database, ['events'], BUILT_IN_IDENTITY);
  if (found === undefined) throw new Error('there is no ledger');
  ledger = found;
  return () => fresh[Symbol.asyncDispose]();
});

test('missing events are found in their order, and stored ones are not', async () => {
  const rows = EventRows.of([first, lost, third, row(4)]);
  expect(await findMissing(fresh.database, rows)).toEqual([
    { index: 1, isPurged: false },
    { index: 3, isPurged: false },
  ]);
  expect(await findMissing(fresh.database, EventRows.of([]))).toEqual([]);
});

test('events from before the latest limit of a purge are marked', async () => {
  for (const day of ['2026-11-24', '2026-11-20'])
    await run(`insert into purges (before, purged_by) values ('${day}T09:30:12.345679Z', 'x')`);
  const later = row(2, { eventTime: '2026-11-24T09:30:12.345679Z' });
  expect(await findMissing(fresh.database, EventRows.of([lost, later]))).toEqual([
    { index: 0, isPurged: true },
    { index: 1, isPurged: false },
  ]);
});

test('missing events are stored and counted while the consumer writes on', async () => {
  const before = await ledgerRow();
  await writer.write(batchOf([row(4), row(5)]));
  const { stored, refused } = await store(batchOf([first, lost, third]));
  expect([Object.fromEntries(stored), refused]).toEqual([{ page_view: 1 }, []]);
  await writer.write(batchOf([row(6)]));
  expect(await ledgerRow()).toMatchObject({
    ...{ start_offset: -1n, next_offset: 7n, stored: 6n, duplicates: 0n, dead_lettered: 1n, skipped: 1n },
    ...{ last_record_at: before?.['last_record_at'], resets: before?.['resets'] },
  });
  expect(await differences()).toEqual([]);
});

test('a replay stores an event once, however often it is repeated', async () => {
  await store(batchOf([lost]));
  expect((await store(batchOf([lost]))).stored.size).toBe(0);
  expect(await ledgerRow()).toMatchObject({ start_offset: -1n, stored: 3n });
  expect(await differences()).toEqual([]);
});

test('a refused row does not affect the rest, and no dead letter is added', async () => {
  await run(`alter table raw_events add constraint no_robots check (user_id <> 'robot')`);
  const robot = row(2, { userId: 'robot' });
  const { stored, refused } = await store(batchOf([lost, robot, third]));
  expect(Object.fromEntries(stored)).toEqual({ page_view: 1 });
  expect(refused).toMatchObject([{ reason: 'refused_by_database', record: { offset: '2' } }]);
  expect(await run('select count(*)::int as n from dlq_events')).toEqual([{ n: 1 }]);
  expect(await differences()).toEqual([]);
});

test('nothing is stored for offsets that the ledger does not account for', async () => {
  await expect(store(batchOf([row(4)]))).rejects.toThrow(/is now at 4/);
  expect(await run('select count(*)::int as n from raw_events')).toEqual([{ n: 2 }]);
});

test('nothing is stored after the ledger was reset', async () => {
  await writer.rewind({ topic: 'events', partition: 0 }, 4n, 2n);
  await writer.write(batchOf([row(2), row(3)]));
  await expect(store(batchOf([lost]))).rejects.toThrow(/has reset the ledger/);
  expect(await differences()).toEqual([]);
});

test('a definition with another id rule replays nothing', async () => {
  const reading = readReplayLedgers(fresh.database, ['events'], '["cloudevents"]');
  await expect(reading).rejects.toThrow(/has events whose ids follow the rule/);
});
