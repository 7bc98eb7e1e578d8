import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { partitionEvents } from '../maintenance/partition.ts';
import { migrate, migrationsFolder, readMigrations } from '../migrate.ts';
import { batchOf, row } from '../testing/batches.ts';
import { createFreshDatabase, type FreshDatabase } from '../testing/fresh-database.ts';
import { createWriter } from '../write/writer.ts';
import { compareEvents } from './compare-events.ts';
import { keepProof, readNewestProof, readNewestReceipt } from './proofs.ts';
import { readPurgedRows } from './purged.ts';
import { type SentEvent, SentEvents } from './sent-events.ts';
import { readSnapshot } from './snapshot.ts';
import { readVersions } from './versions.ts';

let fresh: FreshDatabase;

beforeAll(async () => {
  fresh = await createFreshDatabase(inject('postgresUrl'));
});
beforeEach(() => run('truncate raw_events, purges, purged_rows, proofs, ingest_progress'));
afterAll(() => fresh[Symbol.asyncDispose]());
const run = (text: string) => fresh.database.run((sql) => sql.unsafe(text).simple());

const event = (digit: number, change: Partial<SentEvent> = {}): SentEvent => ({
  eventId: `00000000-0000-4000-8000-00000000000${digit}`,
  eventType: 'search',
  eventTime: '2026-11-24T09:30:12.345678+01:00',
  userId: 'user-42',
  payloadJson: '{"b": 1.50, "a": "x\\ty", "b": 1.5e400}',
  attributesJson: null,
  ...change,
});

async function store(...events: readonly SentEvent[]): Promise<void> {
  for (const { eventId, eventType, eventTime, userId, payloadJson, attributesJson } of events)
    await fresh.database.run(
      (sql) => sql`
        insert into raw_events (event_id, event_type, event_time, user_id, payload, attributes)
        values (${eventId}, ${eventType}, ${eventTime}::text::timestamptz, ${userId}, ${payloadJson}::text::jsonb,
                ${attributesJson}::text::jsonb)`,
    );
}

const compare = async (...events: readonly SentEvent[]) => {
  const found = await compareEvents(fresh.database, SentEvents.of(events));
  return found.map(({ index, kind, columns }) => [index, kind, columns]).sort();
};

test('events that are stored as sent are not returned', async () => {
  const all = [
    event(0),
    event(1, { userId: null, attributesJson: '{"a":1}' }),
    event(2, { payloadJson: 'null' }),
  ];
  await store(...all);
  expect(await compare(...all, ...all)).toEqual([]);
});

test.each<readonly [string, Partial<SentEvent>]>([
  ['event_type', { eventType: 'Search' }],
  ['event_time', { eventTime: '2026-11-24T09:30:12.345679+01:00' }],
  ['user_id', { userId: null }],
  ['user_id', { userId: 'user-42 ' }],
  ['payload', { payloadJson: '{"b": 1.5e400, "a": "x\\ny"}' }],
  ['payload', { payloadJson: '{"b": 1.50, "a": "x\\ty"}' }],
  ['event_type, payload', { eventType: 'a', payloadJson: '[]' }],
])('another %s is a difference', async (columns, change) => {
  await store(event(0), event(1, { payloadJson: '{"n":1.0}' }));
  expect(await compare(event(1, { payloadJson: '{"n":1.0}' }), event(0, change))).toEqual([
    [1, 'different', columns],
  ]);
  expect(await compare(event(1, { payloadJson: '{"n":1.00}' }))).toEqual([[0, 'different', 'payload']]);
});

test('attributes differ if both have some, and are unlike if only one has', async () => {
  await store(event(0, { attributesJson: '{"a":1}' }), event(1));
  const all = [event(0, { attributesJson: '{"a":2}' }), event(0), event(1, { attributesJson: '{}' })];
  expect(await compare(...all)).toEqual([
    [0, 'different', 'attributes'],
    [1, 'unlike', ''],
    [2, 'unlike', ''],
  ]);
});

test('absent events have the earliest limit of a purge that their time is before', async () => {
  await run(
    `insert into purges (before, purged_by) values ('2026-11-24', 'a'), ('2026-11-26', 'a'), ('2026-11-25', 'a')`,
  );
  const events = SentEvents.of([event(0), event(1, { eventTime: '2026-11-26T00:00:00Z' })]);
  const found = await compareEvents(fresh.database, events);
  const before = (text: string) => BigInt(Date.parse(text)) * 1_000n;
  expect(found).toEqual([
    { index: 0, kind: 'absent', columns: '', purgedBefore: before('2026-11-25T00:00Z') },
    { index: 1, kind: 'absent', columns: '', purgedBefore: null },
  ]);
});

test('events that Postgres refuses are found among others, which are compared', async () => {
  await store(event(0), event(4));
  const refused = { payloadJson: '{"a":"\\u0000"}' };
  const all = [event(0), event(1, refused), event(2, refused), event(3), event(4)];
  expect(await compare(...all)).toEqual([
    [1, 'refused', ''],
    [2, 'refused', ''],
    [3, 'absent', ''],
  ]);
});

test('what purges have removed is summed by limit and by partition', async () => {
  await run(`insert into purges (purge_id, before, purged_by) overriding system value
             values (1, '1970-01-01 00:00:01Z', 'a'), (2, '1970-01-01 00:00:01Z', 'b'), (3, now(), 'c');
             insert into purged_rows values (1, 'raw_events', null, null, 3), (2, 'raw_events', null, null, 4),
               (1, 'dlq_events', 'events', 1, 5), (3, 'dlq_events', 'events', 1, 6)`);
  expect(await readPurgedRows(fresh.database)).toEqual({
    events: [{ before: 1_000_000n, rows: 7n }],
    deadLetters: [{ topic: 'events', partition: 1, rows: 11n }],
  });
});

test('a snapshot has the ids of the rows and the ledgers of one time', async () => {
  await store(event(0), event(1));
  await run(
    `insert into ingest_progress (topic, partition, start_offset, next_offset, stored) values ('events', 0, 0, 2, 2)`,
  );
  const ids = await readSnapshot(fresh.settings, async ({ ledgers, eventIds, strayDeadLetters }) => {
    await run(
      `insert into raw_events select '${event(2).eventId}', event_type, event_time, user_id, payload from raw_events limit 1`,
    );
    expect(ledgers).toMatchObject([
      { topic: 'events', nextOffset: 2n, records: 2n, identity: '["id","/event_id",null]' },
    ]);
    expect(await strayDeadLetters(1)).toEqual([]);
    return Buffer.concat(await Array.fromAsync(eventIds()));
  });
  expect(ids.toString('hex')).toBe(
    [event(0), event(1)].map(({ eventId }) => eventId.replaceAll('-', '')).join(''),
  );
});

test('all ids are listed, from many pages and partitions', async () => {
  await using own = await createFreshDatabase(inject('postgresUrl'));
  const fill = (id: string) =>
    own.database.run(
      (sql) => sql`
        insert into raw_events (event_id, event_type, event_time, user_id, payload)
        select ${sql.unsafe(id)}, 'search', now(), 'user-42', '{"query":"q"}' from generate_series(1, 20000) as n`,
    );
  const count = async () => {
    const lists = await readSnapshot(own.settings, ({ eventIds }) => Array.fromAsync(eventIds()));
    const ids = lists.flatMap((list) => list.toString('hex').match(/.{32}/g) ?? []);
    return [lists.length > 1, ids.length, new Set(ids).size];
  };
  expect(await count()).toEqual([false, 0, 0]);
  await fill(`lpad(n::text, 32, '0')::uuid`);
  expect(await count()).toEqual([true, 20_000, 20_000]);
  await partitionEvents(own.database, new Date(), 2, (step) => step());
  await fill('gen_random_uuid()');
  expect(await count()).toEqual([true, 40_000, 40_000]);
});

test('the newest proof is read with its receipt', async () => {
  expect([await readNewestProof(fresh.database), await readNewestReceipt(fresh.database)]).toEqual([
    null,
    null,
  ]);
  const proof = { startedAt: new Date(0), records: 2n ** 62n, differences: 1n };
  await keepProof(fresh.database, { ...proof, receipt: '{"a":1}' });
  expect(await readNewestProof(fresh.database)).toMatchObject({
    ...{ records: 2n ** 62n, judged: 2n ** 62n, differences: 1n },
    ...{ isSample: false, rowsNotChecked: null },
  });
  const receipt = { sample: '0.5', unsampled: '5', beforeLedger: '2', rowsNotChecked: 'a part' };
  await keepProof(fresh.database, { ...proof, receipt: JSON.stringify(receipt) });
  expect(await readNewestProof(fresh.database)).toMatchObject({
    ...{ judged: 2n ** 62n - 7n, isSample: true, rowsNotChecked: 'a part' },
  });
  expect(await readNewestReceipt(fresh.database)).toEqual(receipt);
});

test('the versions are those of the server and of the newest migration', async () => {
  const newest = readMigrations(migrationsFolder)
    .filter(({ name }) => !name.endsWith('_finish.sql'))
    .at(-1);
  expect(await readVersions(fresh.database)).toEqual({
    postgres: expect.stringMatching(/^\d/),
    migration: newest?.name,
  });
});

test('a consumer that was started before the migration writes after it', async () => {
  const former = readMigrations(migrationsFolder).filter(({ name }) => name < '0031_proofs.sql');
  await using old = await createFreshDatabase(inject('postgresUrl'), former);
  const writer = createWriter(old.database, (statement) => statement());
  await writer.open({ topic: 'events', partition: 0 }, 0n);
  await writer.write(batchOf([row(0)]));
  expect(await migrate(old.settings)).toContain('0031_proofs.sql');
  expect(Object.fromEntries((await writer.write(batchOf([row(1)]))).stored)).toEqual({ page_view: 1 });
});
