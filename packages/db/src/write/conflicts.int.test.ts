import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { openPool } from '../client/connect.ts';
import { compareTables } from '../maintenance/compare-tables.ts';
import { partitionEvents } from '../maintenance/partition.ts';
import { purge } from '../maintenance/purge.ts';
import { batchOf, deadLetter, record, row } from '../testing/batches.ts';
import { createFreshDatabase, type FreshDatabase } from '../testing/fresh-database.ts';
import type { ConflictHandling } from './conflicts.ts';
import type { EventRow } from './event-rows.ts';
import { createWriter, type Persist, type Writer, type Written } from './writer.ts';

const partition = { topic: 'events', partition: 0 };
const persist: Persist = (statement) => statement();

let fresh: FreshDatabase;

beforeAll(async () => {
  fresh = await createFreshDatabase(inject('postgresUrl'));
});
afterAll(() => fresh[Symbol.asyncDispose]());
beforeEach(async () => {
  await run(`truncate raw_events, agg_events_minute, dlq_events, ingest_progress, purges, purged_rows`);
});

const run = (text: string) => fresh.database.run((sql) => sql.unsafe(text));

async function ledger() {
  const [found] = await run(
    `select stored::int, duplicates::int, conflicting_duplicates::int as conflicting, dead_lettered::int as dead,
            next_offset::int as next from ingest_progress where partition = 0`,
  );
  return found;
}

async function expectSums() {
  const comparisons = await compareTables(fresh.database);
  expect(comparisons.filter(({ expected, found }) => expected !== found)).toEqual([]);
}

/** The same event at another offset, with changes. */
const again = (event: EventRow, offset: number, change: Partial<EventRow> = {}): EventRow => ({
  ...event,
  ...change,
  record: record(offset),
});

const event = row(0, { payloadJson: '{"a":1,"b":[2.50]}' });

const waiting = `select count(*)::int as n from pg_stat_activity
  where datname = current_database() and wait_event_type = 'Lock' and query ~ 'insert into.*raw_events|copy .*raw_events'`;

/** Batches of few ids and contents, with offsets in order. */
const batches = fc.array(
  fc.array(fc.record({ id: fc.nat(6), content: fc.nat(2) }), { minLength: 1, maxLength: 8 }),
  { minLength: 1, maxLength: 8 },
);

describe.each([
  ['statements', Number.POSITIVE_INFINITY],
  ['messages', 1],
])('batches as %s:', (_, copyMinEvents) => {
  async function openWriter(conflicts: ConflictHandling = 'count'): Promise<Writer> {
    const writer = createWriter(fresh.database, persist, { conflicts, copyMinEvents });
    await writer.open(partition, 0n);
    return writer;
  }

  test.each<[string, Partial<EventRow>]>([
    ['event_type', { eventType: 'signup' }],
    ['event_time', { eventTime: '2026-11-24T09:30:12.345679Z' }],
    ['user_id', { userId: 'user-2' }],
    ['user_id', { userId: null }],
    ['payload', { payloadJson: '{"a":1,"b":[2.51]}' }],
    [
      'event_type, event_time, user_id, payload',
      { ...row(1), eventType: 'x', userId: 'x', eventTime: '2026-01-01T00:00:00Z' },
    ],
  ])('a duplicate with another %s is conflicting', async (differences, change) => {
    const other = again(event, 1, { ...change, eventId: event.eventId });
    const writer = await openWriter();
    await writer.write(batchOf([event]));
    expect(await writer.write(batchOf([other]))).toMatchObject({ conflicting: 1, refused: [] });
    expect(await ledger()).toEqual({ stored: 1, duplicates: 1, conflicting: 1, dead: 0, next: 2 });
    const keeping = await openWriter('dead-letter');
    const { refused, conflicting } = await keeping.write(batchOf([{ ...other, record: record(2) }]));
    expect(conflicting).toBe(0);
    expect(refused).toEqual([
      {
        record: record(2),
        reason: 'conflicting_event',
        eventType: other.eventType,
        detail: `differs from the event that is stored with this event_id, in ${differences}`,
        sqlstate: null,
        redriveCount: 0,
      },
    ]);
    expect(await ledger()).toEqual({ stored: 1, duplicates: 1, conflicting: 1, dead: 1, next: 3 });
    await expectSums();
  });

  test.each<ConflictHandling>(['count', 'dead-letter'])(
    'an equal event in another notation is no conflict (%s)',
    async (conflicts) => {
      const writer = await openWriter(conflicts);
      const userless = row(1, { userId: null });
      await writer.write(batchOf([event, userless]));
      const same = { eventTime: '2026-11-24T11:00:12.345678+01:30', payloadJson: '{"b": [2.5], "a": 1}' };
      const written = await writer.write(batchOf([again(event, 2, same), again(userless, 3)]));
      expect(written).toMatchObject({ conflicting: 0, refused: [] });
      expect(await ledger()).toEqual({ stored: 2, duplicates: 2, conflicting: 0, dead: 0, next: 4 });
      await expectSums();
    },
  );

  test('within a batch, events are compared with the first one that has their id', async () => {
    const other = { payloadJson: '{"other":true}' };
    const others = [1, 2, 3].map((offset) => again(event, offset, other));
    expect(
      await (await openWriter()).write(batchOf([event, ...others, again(event, 4), row(5)])),
    ).toMatchObject({
      conflicting: 3,
    });
    expect(await ledger()).toEqual({ stored: 2, duplicates: 4, conflicting: 3, dead: 0, next: 6 });
    expect(await run(`select payload from raw_events where event_id = '${event.eventId}'`)).toEqual([
      { payload: { a: 1, b: [2.5] } },
    ]);
  });

  test('in a batch with a stored id, all rows with it are compared with the stored event', async () => {
    const writer = await openWriter();
    await writer.write(batchOf([event]));
    const other = { payloadJson: '{"other":true}' };
    const others = [1, 2, 4].map((offset) => again(event, offset, other));
    await writer.write(batchOf([...others.slice(0, 2), again(event, 3), ...others.slice(2)]));
    expect(await ledger()).toEqual({ stored: 1, duplicates: 4, conflicting: 3, dead: 0, next: 5 });
  });

  test.each<[string, Partial<EventRow>]>([
    ['payload', { payloadJson: '{"a":"\\u0000"}' }],
    ['user', { userId: 'a\0b' }],
  ])('a conflict is kept if it is read again with a row of a refused %s', async (_column, change) => {
    const writer = await openWriter('dead-letter');
    const replayed = [event, again(event, 1, { payloadJson: '{"a":2}' })];
    await writer.write(batchOf(replayed));
    const { refused } = await writer.write(batchOf([...replayed, row(2, change), row(3)]));
    expect(refused.map(({ reason }) => reason)).toEqual(['conflicting_event', 'refused_by_database']);
    expect(await ledger()).toEqual({ stored: 2, duplicates: 0, conflicting: 0, dead: 2, next: 4 });
    await expectSums();
  });

  test('conflicts of a partitioned table are found', async () => {
    await using partitioned = await createFreshDatabase(inject('postgresUrl'));
    const day = new Date('2026-11-24T00:00:00Z');
    await partitionEvents(partitioned.database, day, 1, persist);
    const writer = createWriter(partitioned.database, persist, { copyMinEvents });
    await writer.open(partition, 0n);
    const ids = ['019ab3c1-0000-7000-8000-000000000001', 'ffffffff-0000-4000-8000-000000000001'];
    const rows = ids.map((eventId, at) => row(at, { eventId, userId: null, attributesJson: '{"a":1}' }));
    await writer.write(batchOf(rows));
    const others = rows.map((one, at) => again(one, 2 + at, { userId: 'another' }));
    expect(await writer.write(batchOf(others))).toMatchObject({ conflicting: 2 });
  });

  test.each<[ConflictHandling, object]>([
    ['count', { stored: 2, duplicates: 1, conflicting: 1, dead: 0, next: 3 }],
    ['dead-letter', { stored: 2, duplicates: 0, conflicting: 0, dead: 1, next: 3 }],
  ])('a replay with a conflict changes nothing (%s)', async (conflicts, expected) => {
    const writer = await openWriter(conflicts);
    const batch = batchOf([event, again(event, 1, { userId: 'another' }), row(2)]);
    const { refused } = await writer.write(batch);
    expect(await ledger()).toEqual(expected);
    const replayed = await (await openWriter(conflicts)).write(batch);
    expect(replayed).toMatchObject({ deadLettered: 0, conflicting: 0 });
    // The dead letter may not have reached its topic.
    expect(replayed.refused).toEqual(refused);
    expect(await ledger()).toEqual(expected);
    await expectSums();
  });

  test.each<ConflictHandling>(['count', 'dead-letter'])(
    'an event that another session stores during the statement is compared (%s)',
    async (conflicts) => {
      const writer = await openWriter(conflicts);
      await writer.write(batchOf([event, again(event, 1)]));
      const [late, same] = [row(2), row(3)];
      const other = openPool(fresh.settings, { applicationName: 'other', connections: 1 });
      let writing: Promise<Written> | undefined;
      await other.begin(async (sql) => {
        await sql`insert into raw_events (event_id, event_type, event_time, user_id, payload)
        values (${late.eventId}, ${late.eventType}, ${late.eventTime}::text::timestamptz, 'another', '{"path":"/"}'),
               (${same.eventId}, ${same.eventType}, ${same.eventTime}::text::timestamptz, 'user-1', '{"path":"/"}')`;
        await sql`update agg_events_minute set event_count = event_count + 2`;
        await sql`insert into ingest_progress (topic, partition, start_offset, next_offset, stored) values ('events', 1, 0, 2, 2)`;
        // The tolerant statement has taken its snapshot, or COPY has begun, and waits for the outcome of the other insert.
        writing = writer.write(batchOf([late, same]));
        await expect.poll(() => run(waiting)).toEqual([{ n: 1 }]);
      });
      await other.end();
      const kept = conflicts === 'dead-letter' ? 1 : 0;
      expect((await writing)?.refused).toHaveLength(kept);
      expect(await ledger()).toEqual({
        stored: 1,
        duplicates: 3 - kept,
        conflicting: 1 - kept,
        dead: kept,
        next: 4,
      });
      await expectSums();
    },
  );

  test('conflicting and refused rows become dead letters, and the rest is stored', async () => {
    const writer = await openWriter('dead-letter');
    await writer.write(batchOf([event]));
    const refused = row(2, { payloadJson: '{"path":"\\u0000"}' });
    const rows = [again(event, 1, { userId: 'x' }), refused, row(3), again(event, 4, { userId: 'y' })];
    const written = await writer.write(batchOf(rows, [deadLetter(5)]));
    expect(written.refused.map(({ record: { offset }, reason }) => [offset, reason])).toEqual([
      ['1', 'conflicting_event'],
      ['2', 'refused_by_database'],
      ['4', 'conflicting_event'],
    ]);
    expect(await ledger()).toEqual({ stored: 2, duplicates: 0, conflicting: 0, dead: 4, next: 6 });
    await expectSums();
  });

  test.each<ConflictHandling>(['count', 'dead-letter'])(
    'another event is stored once the first one with its id was purged (%s)',
    async (conflicts) => {
      const writer = await openWriter(conflicts);
      await writer.write(batchOf([event]));
      const options = { by: 'test', now: new Date(event.eventTime), persist };
      await purge(fresh.database, new Date('2026-12-01T00:00:00Z'), options);
      expect(await writer.write(batchOf([again(event, 1, { userId: 'x' })]))).toMatchObject({
        conflicting: 0,
      });
      expect(await ledger()).toEqual({ stored: 2, duplicates: 0, conflicting: 0, dead: 0, next: 2 });
      await expectSums();
    },
  );

  test.each<ConflictHandling>(['count', 'dead-letter'])(
    'random batches are counted as the rule demands (%s)',
    { tags: 'long' },
    async (conflicts) => {
      for (const sample of fc.sample(batches, { numRuns: 25, seed: 7 })) {
        await run('truncate raw_events, agg_events_minute, dlq_events, ingest_progress');
        const writer = await openWriter(conflicts);
        const ids = Array.from({ length: 7 }, () => crypto.randomUUID());
        const contents = new Map<number, number>();
        let [next, differing] = [0, 0];
        for (const batch of sample) {
          const rows = batch.map(({ id, content }) =>
            row(next++, { eventId: ids[id] ?? '', payloadJson: `{"is":${content}}` }),
          );
          for (const { id, content } of batch) {
            if (!contents.has(id)) contents.set(id, content);
            if (contents.get(id) !== content) differing++;
          }
          await writer.write(batchOf(rows));
          if (next % 3 === 0) await writer.write(batchOf(rows));
        }
        const duplicates = next - contents.size;
        const counts =
          conflicts === 'count'
            ? { duplicates, conflicting: differing, dead: 0 }
            : { duplicates: duplicates - differing, conflicting: 0, dead: differing };
        expect(await ledger()).toEqual({ stored: contents.size, next, ...counts });
        await expectSums();
      }
    },
  );
});
