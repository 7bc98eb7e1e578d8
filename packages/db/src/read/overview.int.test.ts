import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { batchOf, deadLetter, row } from '../testing/batches.ts';
import { createFreshDatabase, type FreshDatabase } from '../testing/fresh-database.ts';
import { createWriter } from '../write/writer.ts';
import { readLedger } from './ledger.ts';
import { readMinutes } from './minutes.ts';
import { readOverview } from './overview.ts';

let fresh: FreshDatabase;

beforeAll(async () => {
  fresh = await createFreshDatabase(inject('postgresUrl'));
});
afterAll(() => fresh[Symbol.asyncDispose]());
beforeEach(async () => {
  await fresh.database.run((sql) => sql`truncate raw_events, agg_events_minute, dlq_events, ingest_progress`);
});

const read = (minutes = 60) => readOverview(fresh.database, { topics: ['events', 'orders'], minutes });

async function write(...args: Parameters<typeof batchOf>) {
  const writer = createWriter(fresh.database, (statement) => statement());
  await writer.open({ topic: 'events', partition: 0 }, 0n);
  await writer.write(batchOf(...args));
}

test('empty tables give zeros, no rows and an unknown age', async () => {
  expect(await read()).toEqual({
    readAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    totals: {
      stored: 0n,
      duplicates: 0n,
      deadLettered: 0n,
      skipped: 0n,
      openDeadLetters: 0n,
      freshnessSeconds: null,
    },
    minutes: [],
    rollups: [],
    deadLetterGroups: [],
    openDeadLetters: [],
    ledger: [],
    pauses: [],
    verification: null,
  });
});

test('the overview has totals, minutes, groups and the ledger', async () => {
  const twice = row(0);
  const early = { eventTime: '2026-11-24T00:29:59.999999+01:00', eventType: 'search' };
  await write(
    [twice, { ...twice, record: row(1).record }, row(2, early)],
    [deadLetter(3), deadLetter(4), deadLetter(5, { reason: 'invalid_payload', eventType: 'search' })],
  );
  const overview = await read();
  expect(overview).toMatchObject({
    totals: { stored: 2n, duplicates: 1n, deadLettered: 3n, skipped: 0n, openDeadLetters: 3n },
    minutes: [
      { minute: '2026-11-23T23:29:00Z', eventType: 'search', count: 1n },
      { minute: '2026-11-24T09:30:00Z', eventType: 'page_view', count: 1n },
    ],
    deadLetterGroups: [
      { reason: 'not_json', eventType: null, count: 2n },
      { reason: 'invalid_payload', eventType: 'search', count: 1n },
    ],
    openDeadLetters: [{ topic: 'events', count: 3n }],
    ledger: [{ partition: 0, nextOffset: 6n, recordAgeSeconds: expect.any(Number) }],
  });
  expect(overview.totals.freshnessSeconds).toBeGreaterThanOrEqual(0);
  expect(await readLedger(fresh.database, ['events'])).toMatchObject([{ partition: 0, nextOffset: 6n }]);
});

test('64-bit numbers are exact', async () => {
  await fresh.database.run(
    (sql) => sql`insert into ingest_progress (topic, partition, start_offset, next_offset, stored)
                 values ('events', 0, 0, 9223372036854775807, 9223372036854775807)`,
  );
  await fresh.database.run(
    (sql) => sql`insert into agg_events_minute values ('2026-11-24T09:30:00Z', 'a', 9007199254740993)`,
  );
  expect(await read()).toMatchObject({
    totals: { stored: 2n ** 63n - 1n },
    minutes: [{ count: 9_007_199_254_740_993n }],
    ledger: [{ nextOffset: 2n ** 63n - 1n }],
  });
});

test('only the latest minutes are read, with all types, oldest first', async () => {
  await fresh.database.run(
    (sql) => sql`insert into agg_events_minute
                 select timestamptz '2026-11-24T09:00:00Z' + minute * interval '1 min', type, 1
                 from generate_series(0, 9) as minute, unnest(array['a', 'b']) as type`,
  );
  const { minutes } = await read(2);
  expect(minutes.map(({ minute, eventType }) => `${minute} ${eventType}`)).toEqual([
    '2026-11-24T09:08:00Z a',
    '2026-11-24T09:08:00Z b',
    '2026-11-24T09:09:00Z a',
    '2026-11-24T09:09:00Z b',
  ]);
});

test('readMinutes includes the current minute and excludes future ones', async () => {
  await fresh.database.run(
    (sql) => sql`insert into agg_events_minute
                 select date_trunc('minute', now()) + minute * interval '1 min', 'a', 9 + minute
                 from generate_series(-5, 3) as minute`,
  );
  const counts = (await readMinutes(fresh.database, 3)).map(({ count }) => count);
  // The minute may change during the test.
  expect([
    [7n, 8n, 9n],
    [8n, 9n, 10n],
  ]).toContainEqual(counts);
});

// L8
test('events of future minutes do not hide the latest ones', async () => {
  await fresh.database.run((sql) => sql`truncate agg_events_minute`);
  await fresh.database.run(
    (sql) => sql`insert into agg_events_minute
                 select at + minute * interval '1 min', 'a', 1
                 from unnest(array['2026-01-01', '9999-12-31 20:00Z']::timestamptz[]) as at,
                      generate_series(1, 60) as minute`,
  );
  const { minutes } = await read();
  expect(minutes.map(({ minute }) => minute.slice(0, 4))).toEqual(minutes.map(() => '2026'));
  await fresh.database.run((sql) => sql`truncate agg_events_minute`);
});

test('resolved dead letters and the ledgers of other topics are excluded', async () => {
  await write([], [deadLetter(0), deadLetter(1)]);
  await fresh.database.run((sql) => sql`update dlq_events set status = 'discarded' where source_offset = 0`);
  await fresh.database.run(
    (sql) => sql`insert into ingest_progress (topic, partition, start_offset, next_offset, stored)
                 values ('others', 7, 0, 3, 3)`,
  );
  expect(await read()).toMatchObject({
    totals: { deadLettered: 2n, openDeadLetters: 1n, stored: 3n },
    deadLetterGroups: [{ count: 1n }],
    ledger: [{ partition: 0 }],
  });
});

test('a count without dead letters, for example after a restore, is not a group', async () => {
  await write([], [deadLetter(0)]);
  await fresh.database.run((sql) => sql`insert into agg_dead_letters values ('open', 'empty', null, 5)`);
  expect((await read()).deadLetterGroups).toMatchObject([{ reason: 'not_json', count: 1n }]);
  await fresh.database.run((sql) => sql`delete from agg_dead_letters where reason = 'empty'`);
});

test('the ledgers of several topics are read', async () => {
  await fresh.database.run(
    (sql) => sql`insert into ingest_progress (topic, partition, start_offset, next_offset, stored)
                 select topic, partition, 0, 3, 3
                 from unnest(array['orders', 'events', 'others']) as topic, generate_series(0, 1) as partition`,
  );
  const { ledger } = await read();
  expect(ledger.map(({ topic, partition }) => `${topic}/${partition}`)).toEqual([
    'events/0',
    'events/1',
    'orders/0',
    'orders/1',
  ]);
});

test('every overview during concurrent writes is one snapshot', async () => {
  const writer = createWriter(fresh.database, (statement) => statement());
  await writer.open({ topic: 'events', partition: 0 }, 0n);
  const writing = (async () => {
    for (let offset = 0; offset < 400; offset += 2)
      await writer.write(batchOf([row(offset)], [deadLetter(offset + 1)]));
  })();
  let reads = 0;
  let isWriting = true;
  void writing.then(() => {
    isWriting = false;
  });
  for (; isWriting; reads++) {
    const { totals, minutes, deadLetterGroups, ledger } = await read();
    const sums = [minutes, deadLetterGroups].map((all) => all.reduce((sum, { count }) => sum + count, 0n));
    expect(sums).toEqual([totals.stored, totals.openDeadLetters]);
    expect(ledger[0]?.nextOffset).toBe(totals.stored + totals.deadLettered);
  }
  await writing;
  expect(reads).toBeGreaterThan(3);
});
