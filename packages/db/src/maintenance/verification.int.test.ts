import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { connectDatabase, type Database } from '../client/connect.ts';
import { batchOf, deadLetter, row } from '../testing/batches.ts';
import { createFreshDatabase, type FreshDatabase } from '../testing/fresh-database.ts';
import { createWriter } from '../write/writer.ts';
import { type Comparison, compareTables } from './compare-tables.ts';
import { rebuildAggregates } from './rebuild-aggregates.ts';

let fresh: FreshDatabase;

beforeAll(async () => {
  fresh = await createFreshDatabase(inject('postgresUrl'));
  await run(`alter table ingest_progress drop constraint ingest_progress_check`);
});
afterAll(() => fresh[Symbol.asyncDispose]());
beforeEach(async () => {
  await run('truncate raw_events, agg_events_minute, dlq_events, ingest_progress');
  const writer = await openWriter();
  const other = { eventType: 'search', eventTime: '2026-11-24T09:31:00Z' };
  await writer.write(batchOf([row(0), row(1), row(2), row(3, other)], [deadLetter(4)]));
});

const run = (text: string, database: Database = fresh.database) => database.run((sql) => sql.unsafe(text));

async function openWriter(partition = 0) {
  const writer = createWriter(fresh.database, (statement) => statement());
  await writer.open({ topic: 'events', partition }, 0n);
  return writer;
}

const GATE = 4_711;

/** Transactions run their statements and then wait at the gate, holding their locks, until it opens. */
async function createGate() {
  const [keeper, others] = [1, 2].map((connections) =>
    connectDatabase(fresh.settings, { applicationName: 'gate', connections }),
  ) as [Database, Database];
  await run(`select pg_advisory_lock(${GATE})`, keeper);
  return {
    pass: (text: string) =>
      others.run((sql) => sql.unsafe(`${text}; select pg_advisory_xact_lock(${GATE})`).simple()),
    open: () => run(`select pg_advisory_unlock(${GATE})`, keeper),
    async [Symbol.asyncDispose]() {
      await Promise.all([keeper, others].map((one) => one[Symbol.asyncDispose]()));
    },
  };
}

/** Number of sessions that wait for a lock. */
async function countWaiting(): Promise<number> {
  const [found] = await fresh.database.run<{ waiting: number }>(
    (sql) => sql`select count(*)::int as waiting from pg_stat_activity
                 where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return found?.waiting ?? 0;
}

async function findDifferences(): Promise<readonly Comparison[]> {
  const comparisons = await compareTables(fresh.database);
  return comparisons.filter(({ expected, found }) => expected !== found);
}

test('the written tables add up, and each comparison is returned', async () => {
  expect(await compareTables(fresh.database)).toEqual([
    { table: 'dlq_events', key: 'events/0 rows', expected: '1', found: '1' },
    { table: 'ingest_progress', key: 'events/0 sum', expected: '5', found: '5' },
    { table: 'raw_events', key: 'rows', expected: '4', found: '4' },
  ]);
});

test('empty tables add up', async () => {
  await run('truncate raw_events, agg_events_minute, dlq_events, ingest_progress');
  expect(await compareTables(fresh.database)).toEqual([
    { table: 'raw_events', key: 'rows', expected: '0', found: '0' },
  ]);
});

const page = '2026-11-24T09:30Z page_view';

test.each<[string, string, readonly Comparison[]]>([
  [
    'a wrong aggregate',
    `update agg_events_minute set event_count = 7 where event_type = 'page_view'`,
    [{ table: 'agg_events_minute', key: page, expected: '3', found: '7' }],
  ],
  [
    'a missing aggregate',
    `delete from agg_events_minute where event_type = 'page_view'`,
    [{ table: 'agg_events_minute', key: page, expected: '3', found: 'no row' }],
  ],
  [
    'an aggregate of zero events',
    `insert into agg_events_minute values ('2026-11-24T09:30:00Z', 'signup', 0)`,
    [{ table: 'agg_events_minute', key: '2026-11-24T09:30Z signup', expected: 'no row', found: '0' }],
  ],
  [
    'an aggregate of an infinite minute',
    `insert into agg_events_minute values ('infinity', 'signup', 2)`,
    [{ table: 'agg_events_minute', key: 'infinity signup', expected: 'no row', found: '2' }],
  ],
  [
    'a missing event',
    `delete from raw_events where event_type = 'search'`,
    [
      { table: 'agg_events_minute', key: '2026-11-24T09:31Z search', expected: 'no row', found: '1' },
      { table: 'raw_events', key: 'rows', expected: '4', found: '3' },
    ],
  ],
  [
    'an event moved to another minute',
    `update raw_events set event_time = '2026-11-24T09:30:59.999999Z' where event_type = 'search'`,
    [
      { table: 'agg_events_minute', key: '2026-11-24T09:30Z search', expected: '1', found: 'no row' },
      { table: 'agg_events_minute', key: '2026-11-24T09:31Z search', expected: 'no row', found: '1' },
    ],
  ],
  [
    'a missing dead letter',
    'delete from dlq_events',
    [{ table: 'dlq_events', key: 'events/0 rows', expected: '1', found: '0' }],
  ],
  [
    'a wrong count of dead letters',
    'update agg_dead_letters set letter_count = 5',
    [{ table: 'agg_dead_letters', key: 'open not_json of events', expected: '1', found: '5' }],
  ],
  [
    'a dead letter of a partition without a ledger',
    `insert into dlq_events (source_topic, source_partition, source_offset, source_timestamp, reason, detail)
     values ('events', 9, 0, now(), 'empty', '')`,
    [{ table: 'dlq_events', key: 'events/9 rows', expected: '0', found: '1' }],
  ],
  [
    'a ledger whose sum is wrong',
    'update ingest_progress set next_offset = next_offset + 2',
    [{ table: 'ingest_progress', key: 'events/0 sum', expected: '7', found: '5' }],
  ],
  [
    'a ledger with more conflicting duplicates than duplicates',
    'update ingest_progress set conflicting_duplicates = 3',
    [{ table: 'ingest_progress', key: 'events/0 conflicting duplicates', expected: '0', found: '3' }],
  ],
  [
    'a missing ledger',
    'truncate ingest_progress',
    [
      { table: 'dlq_events', key: 'events/0 rows', expected: '0', found: '1' },
      { table: 'raw_events', key: 'rows', expected: '0', found: '4' },
    ],
  ],
])('%s is reported with the expected and the found value', async (_, tampering, differences) => {
  await run(tampering);
  expect(await findDifferences()).toEqual(differences);
});

/** Rows with `ctid` and `xmin`, which change if a row is rewritten with the same values. */
async function rowsOf(table: string) {
  return await run(`select ctid::text, xmin::text, "row".* from ${table} as "row" order by ctid`);
}

test('a repair fixes wrong, missing and surplus aggregates, and nothing else', async () => {
  const others = ['raw_events', 'dlq_events', 'ingest_progress'];
  const before = await Promise.all(others.map(rowsOf));
  await run(`update agg_events_minute set event_count = 7 where event_type = 'page_view'`);
  await run(`delete from agg_events_minute where event_type = 'search'`);
  await run(
    `insert into agg_events_minute values ('infinity', 'x', 1), ('2026-11-24T09:30:01Z', 'page_view', 3)`,
  );
  expect(await rebuildAggregates(fresh.database)).toEqual({ written: 2, removed: 2, rollups: 0 });
  expect(await findDifferences()).toEqual([]);
  expect(await Promise.all(others.map(rowsOf))).toEqual(before);
});

test('a repair of correct aggregates writes nothing', async () => {
  const before = await rowsOf('agg_events_minute');
  expect(await rebuildAggregates(fresh.database)).toEqual({ written: 0, removed: 0, rollups: 0 });
  expect(await rowsOf('agg_events_minute')).toEqual(before);
});

test('a repair counts batches written before it and those that wait for it', async () => {
  const writer = await openWriter(1);
  await run(`update agg_events_minute set event_count = 7`);
  await using gate = await createGate();
  const early = gate.pass(`
    insert into raw_events values (gen_random_uuid(), 'page_view', '2026-11-24T09:30:01Z', 'u', '{}');
    update agg_events_minute set event_count = event_count + 1 where event_type = 'page_view';
    update ingest_progress set next_offset = next_offset + 1, stored = stored + 1 where partition = 0`);
  await expect.poll(countWaiting).toBe(1);
  const repair = rebuildAggregates(fresh.database);
  await expect.poll(countWaiting).toBe(2);
  const late = writer.write(batchOf([row(0)], [], 1));
  await expect.poll(countWaiting).toBe(3);
  await gate.open();
  await Promise.all([early, repair, late]);
  expect(await findDifferences()).toEqual([]);
  expect(await run('select sum(event_count)::int as events from agg_events_minute')).toEqual([{ events: 6 }]);
});

test('concurrent writes and rebuilds never cause a difference', async () => {
  const writer = await openWriter();
  let isWriting = true;
  const writing = (async () => {
    for (let offset = 5; offset < 605; offset++) await writer.write(batchOf([row(offset)]));
    isWriting = false;
  })();
  let rebuilds = 0;
  for (; isWriting; rebuilds++) {
    await rebuildAggregates(fresh.database);
    expect(await findDifferences()).toEqual([]);
  }
  await writing;
  expect(rebuilds).toBeGreaterThan(3);
  expect(await findDifferences()).toEqual([]);
});

test('a repair that is aborted while waiting for its lock changes nothing', async () => {
  await run(`update agg_events_minute set event_count = 7`);
  const before = await rowsOf('agg_events_minute');
  await using gate = await createGate();
  const writing = gate.pass('lock table raw_events in row exclusive mode');
  await expect.poll(countWaiting).toBe(1);
  const controller = new AbortController();
  const repair = rebuildAggregates(fresh.database, { signal: controller.signal });
  await expect.poll(countWaiting).toBe(2);
  controller.abort(new Error('enough'));
  await expect(repair).rejects.toThrow('enough');
  expect(await countWaiting()).toBe(1);
  await gate.open();
  await writing;
  expect(await rowsOf('agg_events_minute')).toEqual(before);
});

test('a partitioned table is recounted too', async () => {
  await using own = await createFreshDatabase(inject('postgresUrl'));
  await own.database.run((sql) =>
    sql
      .unsafe(
        `drop table raw_events;
         create table raw_events (event_id uuid, event_type text, event_time timestamptz) partition by hash (event_id);
         create table raw_events_0 partition of raw_events for values with (modulus 2, remainder 0);
         create table raw_events_1 partition of raw_events for values with (modulus 2, remainder 1);
         insert into raw_events select gen_random_uuid(), 'a', '2026-11-24T09:30:00Z' from generate_series(1, 1000);`,
      )
      .simple(),
  );
  expect(await rebuildAggregates(own.database)).toEqual({ written: 1, removed: 0, rollups: 0 });
  const events = await run('select event_count::int as events from agg_events_minute', own.database);
  expect(events).toEqual([{ events: 1_000 }]);
});

test('a recount reports its progress', { tags: 'long' }, async () => {
  await run(
    `insert into raw_events select gen_random_uuid(), 'bulk', now(), 'u', '{}' from generate_series(1, 500000)`,
  );
  const seen: number[] = [];
  while (!seen.some((percent) => percent > 0)) {
    await compareTables(fresh.database, { onProgress: (percent) => seen.push(percent) });
  }
  expect(Math.max(...seen)).toBeLessThan(100);
});

test('the counts of dead letters are rebuilt too', async () => {
  await run('update agg_dead_letters set letter_count = 5');
  await rebuildAggregates(fresh.database);
  expect(await findDifferences()).toEqual([]);
});
