import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { dayAfter } from '../maintenance/day.ts';
import { partitionEvents } from '../maintenance/partition.ts';
import { createFreshDatabase, type FreshDatabase } from '../testing/fresh-database.ts';
import { readNewest } from './newest-events.ts';

let fresh: FreshDatabase;

beforeAll(async () => {
  fresh = await createFreshDatabase(inject('postgresUrl'));
});
afterAll(() => fresh[Symbol.asyncDispose]());
beforeEach(() => fresh.database.run((sql) => sql`truncate raw_events`));

/** Stores events with evenly distributed latencies up to `took`. */
const store = (rows: number, took: string, storedAgo = '0 s') =>
  fresh.database.run(
    (sql) => sql`
      insert into raw_events
      select gen_random_uuid(), 'type_' || n, now() - ${storedAgo}::interval - ${took}::interval * n / ${rows}::int, 'user',
             jsonb_build_object('text', repeat('x', 400)), now() - ${storedAgo}::interval
      from generate_series(1, ${rows}::int) as n`,
  );

const read = (most = 3) => readNewest(fresh.database, most);

test('an empty table has no events and an unknown latency', async () => {
  expect(await read()).toEqual({ events: [], latency: null });
});

test('the newest events come first, and the latency covers the last minute', async () => {
  await store(100, '10 s');
  const { events, latency } = await read(2);
  expect(events.map(({ eventType }) => eventType)).toEqual(['type_1', 'type_2']);
  expect(events[0]).toEqual({
    eventId: expect.any(String),
    eventType: 'type_1',
    eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    storedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  });
  expect([latency?.p50, latency?.p95, latency?.p99].map((one) => Math.floor(one ?? 0))).toEqual([5, 9, 9]);
});

test('events stored before the last minute are ignored', async () => {
  await store(10, '1 s', '61 s');
  expect(await read()).toEqual({ events: [], latency: null });
});

test('the end of a large table is read', async () => {
  await store(5_000, '0 s');
  await store(2_000, '1000 s');
  const { latency } = await read();
  expect(latency?.p50).toBeGreaterThan(0);
});

test('partitions of recent and future days and the default partition are read', async () => {
  await using other = await createFreshDatabase(inject('postgresUrl'));
  const now = new Date();
  await partitionEvents(other.database, now, 3, (step) => step());
  await other.database.run(
    (sql) => sql`insert into raw_events select id, 'a', now() - interval '5 s', 'user', '{}'
                 from unnest(array[${dayAfter(now, 2).firstId}::uuid, ${dayAfter(now, 1).firstId}::uuid, ${dayAfter(now, -9).firstId}::uuid,
                                   ${dayAfter(now, 0).firstId}::uuid, gen_random_uuid()]) as id`,
  );
  const { events, latency } = await readNewest(other.database, 9);
  expect([events.length, latency?.p50]).toEqual([5, 5]);
});
