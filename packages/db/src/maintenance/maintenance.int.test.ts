import { retryForever } from '@pipeline/runtime';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { isTransientError } from '../client/errors.ts';
import { batchOf, deadLetter, row } from '../testing/batches.ts';
import { createFreshDatabase, type FreshDatabase } from '../testing/fresh-database.ts';
import { createWriter, type Persist, type Writer } from '../write/writer.ts';
import { compareTables } from './compare-tables.ts';
import { dayAfter } from './day.ts';
import { partitionEvents } from './partition.ts';
import { countPurgeable, purge } from './purge.ts';

let fresh: FreshDatabase;
let writer: Writer;
let offset: number;

const persist: Persist = (statement) => statement();
const now = new Date('2026-11-24T09:30:00Z');
/** After all days of these tests. */
const later = new Date('2026-12-31T00:00:00Z');
const boundary = new Date('2026-11-25T00:00:00Z');

beforeEach(async () => {
  fresh = await createFreshDatabase(inject('postgresUrl'));
  writer = createWriter(fresh.database, persist);
  await writer.open({ topic: 'events', partition: 0 }, 0n);
  offset = 0;
});
afterEach(() => fresh[Symbol.asyncDispose]());

const run = (text: string) => fresh.database.run<Record<string, unknown>>((sql) => sql.unsafe(text));
const purgeBefore = (before: Date) => purge(fresh.database, before, { by: 'tester', now: later, persist });

/** A UUIDv7 of the day that is `days` after `now`. */
function idOf(days: number, number: number): string {
  return `${dayAfter(now, days).firstId.slice(0, 14)}7000-8000-${number.toString(16).padStart(12, '0')}`;
}

/** Stores events with times and ids of a day, and returns their rows. */
async function store(days: number, count: number) {
  const eventTime = dayAfter(now, days).start.toISOString();
  const rows = Array.from({ length: count }, () => row(offset, { eventId: idOf(days, offset++), eventTime }));
  await writer.write(batchOf(rows));
  return rows;
}

async function findDifferences() {
  return (await compareTables(fresh.database)).filter(({ expected, found }) => expected !== found);
}

async function countByLeaf() {
  const found = await run(
    'select tableoid::regclass::text as leaf, count(*)::int as n from raw_events group by 1',
  );
  return Object.fromEntries(found.map(({ leaf, n }) => [leaf, n]));
}

test('a purge removes older events with their counts, and all tables add up', async () => {
  await store(0, 300);
  await store(1, 200);
  await writer.write({ ...batchOf([], [deadLetter(offset), deadLetter(offset + 1)]) });
  await run(`update dlq_events set status = 'discarded', failed_at = '2026-11-24' where source_offset = 500`);
  expect(await countPurgeable(fresh.database, boundary)).toEqual({ events: 300n, deadLetters: 1n });
  expect(await purgeBefore(boundary)).toEqual({ events: 300n, deadLetters: 1n });
  expect(await run('select count(*)::int as n from raw_events')).toEqual([{ n: 200 }]);
  expect(await run('select sum(event_count)::int as n from agg_events_minute')).toEqual([{ n: 200 }]);
  expect(await findDifferences()).toEqual([]);
  expect(await purgeBefore(boundary)).toEqual({ events: 0n, deadLetters: 0n });
});

// L14
test('a purge removes empty counts, failed actions and those on removed dead letters', async () => {
  await writer.write(
    batchOf([], [deadLetter(0, { eventType: 'gone' }), deadLetter(1, { eventType: 'open' })]),
  );
  await run(`insert into dlq_actions (dlq_id, action, outcome, detail, done_by, done_at)
             select dlq_id, 'redrive', outcome, '', 'me', '2026-11-24'
             from dlq_events, unnest(array['done', 'failed']) as outcome`);
  await run(`update dlq_events set status = 'discarded', failed_at = '2026-11-24' where event_type = 'gone'`);
  await purgeBefore(boundary);
  expect(await run('select event_type, letter_count::int as n from agg_dead_letters')).toEqual([
    { event_type: 'open', n: 1 },
  ]);
  expect(
    await run('select event_type, outcome from dlq_actions left join dlq_events using (dlq_id)'),
  ).toEqual([{ event_type: 'open', outcome: 'done' }]);
});

test('a purge keeps open dead letters, however old', async () => {
  await writer.write(batchOf([], [deadLetter(0)]));
  expect(await purgeBefore(new Date('2100-01-01'))).toEqual({ events: 0n, deadLetters: 0n });
});

test('a partly purged minute keeps the count of its remaining events', async () => {
  const times = ['2026-11-24T09:30:10Z', '2026-11-24T09:30:20Z', '2026-11-24T09:30:40Z'];
  await writer.write(batchOf(times.map((eventTime, at) => row(at, { eventTime }))));
  await purgeBefore(new Date('2026-11-24T09:30:30Z'));
  expect(await run('select event_count::int as n from agg_events_minute')).toEqual([{ n: 1 }]);
  expect(await findDifferences()).toEqual([]);
});

test('all tables add up at every moment of a purge with concurrent writes', async () => {
  await store(0, 2_000);
  let isWriting = true;
  const writing = (async () => {
    for (let batches = 0; batches < 100; batches++) await store(batches % 2, 20);
    isWriting = false;
  })();
  while (isWriting) {
    await purgeBefore(boundary);
    expect(await findDifferences()).toEqual([]);
  }
  await writing;
  await purgeBefore(boundary);
  expect(await run('select count(*)::int as n from raw_events')).toEqual([{ n: 1_000 }]);
  expect(await findDifferences()).toEqual([]);
});

test('partitioning keeps existing rows, and ids stay unique over all partitions', async () => {
  const before = await store(0, 10);
  expect(await partitionEvents(fresh.database, now, 2, persist)).toMatchObject({
    isConverted: true,
    made: ['raw_events_20261125', 'raw_events_20261126'],
  });
  const tomorrow = await store(1, 20);
  await store(5, 5);
  expect(await countByLeaf()).toMatchObject({
    raw_events_before: 10,
    raw_events_20261125: 20,
    raw_events_other: 5,
  });
  const again = [...before, ...tomorrow].map(({ eventId, eventTime }) =>
    row(offset++, { eventId, eventTime }),
  );
  await writer.write(batchOf(again));
  expect(await run('select stored::int, duplicates::int from ingest_progress')).toEqual([
    { stored: 35, duplicates: 30 },
  ]);
  expect(await findDifferences()).toEqual([]);
});

test('partitions are created once, and the privileges on the table are kept', async () => {
  await run(`do $$ begin create role partition_reader; exception when duplicate_object then null; end $$`);
  await run('grant select on raw_events to partition_reader');
  await partitionEvents(fresh.database, now, 1, persist);
  expect(await partitionEvents(fresh.database, now, 2, persist)).toMatchObject({
    isConverted: false,
    made: ['raw_events_20261126'],
  });
  const may = `has_table_privilege('partition_reader', 'raw_events', 'select') as "may"`;
  expect(await run(`select ${may}`)).toEqual([{ may: true }]);
});

test('a purge drops a partition only if all its events are older', async () => {
  await partitionEvents(fresh.database, now, 2, persist);
  await store(1, 30);
  await store(2, 40);
  const late = { eventId: idOf(2, 9_999), eventTime: '2026-12-24T00:00:00Z' };
  await writer.write(batchOf([row(offset++, late)]));
  expect(await purgeBefore(new Date('2026-11-27T00:00:00Z'))).toMatchObject({ events: 70n });
  expect(await countByLeaf()).toEqual({ raw_events_20261126: 1 });
  expect(await run(`select to_regclass('raw_events_20261125') as leaf`)).toEqual([{ leaf: null }]);
  expect(await findDifferences()).toEqual([]);
});

test('a purge keeps empty partitions of today and later', async () => {
  await partitionEvents(fresh.database, now, 2, persist);
  await purge(fresh.database, boundary, { by: 'tester', now: new Date('2026-11-26T00:00:00Z'), persist });
  const leaf = (name: string) => `to_regclass('${name}') is not null`;
  const found = await run(
    `select ${leaf('raw_events_20261125')} as past, ${leaf('raw_events_20261126')} as today`,
  );
  expect(found).toEqual([{ past: false, today: true }]);
});

test('a table with random ids is not converted to partitions', async () => {
  await writer.write(batchOf([row(0, { eventId: 'f47ac10b-58cc-4372-a567-0e02b2c3d479' })]));
  await expect(partitionEvents(fresh.database, now, 1, persist)).rejects.toMatchObject({ code: '23514' });
  expect(await countByLeaf()).toEqual({ raw_events: 1 });
});

/** Retries transient errors, as the commands do. */
const retrying: Persist = (statement) => retryForever(statement, { isTransient: isTransientError });

test('concurrent runs create each partition once', async () => {
  await store(0, 10);
  const both = await Promise.all([1, 2].map(() => partitionEvents(fresh.database, now, 3, retrying)));
  expect(new Set(both.flatMap(({ made }) => made)).size).toBe(3);
  expect(await countByLeaf()).toEqual({ raw_events_before: 10 });
});

test('a day whose ids arrived before its partition is skipped, later days are not', async () => {
  await partitionEvents(fresh.database, now, 1, persist);
  await store(3, 1);
  const { made, skipped } = await partitionEvents(fresh.database, now, 4, persist);
  expect(made).toEqual(['raw_events_20261126', 'raw_events_20261128']);
  expect(skipped).toEqual(['20261127']);
});

test('a table with dependent objects is not converted, and the error lists them', async () => {
  await run('create materialized view latest as select * from raw_events');
  await run('create view whole as select raw_events from raw_events');
  await run('create policy own on raw_events using (true)');
  await run('alter table raw_events enable row level security');
  await run('create rule quiet as on delete to raw_events do also nothing');
  await run('create function total() returns bigint begin atomic select count(*) from raw_events; end');
  await run(`create function every() returns setof raw_events language sql as 'table raw_events'`);
  await expect(partitionEvents(fresh.database, now, 1, persist)).rejects.toThrow(
    /depend on it: row-level security, the function every\(\), the function total\(\), the policy own, the rule quiet, the view latest, the view whole/,
  );
  expect(await run(`select to_regclass('raw_events_before') as leaf`)).toEqual([{ leaf: null }]);
});

test('partitioning carries views along, with what depends on them', async () => {
  await run('create schema if not exists other');
  await run(
    `create view other."Latest" with (security_barrier) as select event_id as id, payload from raw_events`,
  );
  await run(`comment on view other."Latest" is 'mine'`);
  await run('grant select on other."Latest" to pipeline_reader');
  await run(
    'create view counted as select count(*)::int as n from other."Latest" join raw_events on event_id = id',
  );
  await store(0, 3);
  await partitionEvents(fresh.database, now, 2, persist);
  await store(1, 4);
  expect(await run('table counted')).toEqual([{ n: 7 }]);
  const kept = `select reloptions, obj_description(oid, 'pg_class') as comment,
                       has_table_privilege('pipeline_reader', oid, 'select') as may
                from pg_class where relname = 'Latest'`;
  expect(await run(kept)).toEqual([{ reloptions: '{security_barrier=true}', comment: 'mine', may: true }]);
});

test('concurrent purges and writes remove each event once', async () => {
  await partitionEvents(fresh.database, now, 2, persist);
  await store(1, 500);
  let isWriting = true;
  const writing = (async () => {
    for (let batches = 0; batches < 60; batches++) await store(batches % 3, 20);
    isWriting = false;
  })();
  const until = dayAfter(now, 2).start;
  const purgeAgain = () => purge(fresh.database, until, { by: 'tester', now: later, persist: retrying });
  while (isWriting) {
    await Promise.all([purgeAgain(), purgeAgain()]);
    expect(await findDifferences()).toEqual([]);
  }
  await writing;
  await purgeAgain();
  expect(await run('select count(*)::int as n from raw_events')).toEqual([{ n: 400 }]);
  expect(await findDifferences()).toEqual([]);
});
