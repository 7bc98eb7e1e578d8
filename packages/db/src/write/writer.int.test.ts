import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { connectDatabase } from '../client/connect.ts';
import { isTransientError } from '../client/errors.ts';
import type { SourceRecord } from '../dead-letters/dead-letter.ts';
import { batchOf, deadLetter, record, row } from '../testing/batches.ts';
import { createFreshDatabase, type FreshDatabase } from '../testing/fresh-database.ts';
import { type EventRow, EventRows } from './event-rows.ts';
import { createWriter, type Persist, type Writer } from './writer.ts';

const partition = { topic: 'events', partition: 0 };

const twin = row(0);

let fresh: FreshDatabase;
let writer: Writer;
/** Whether Postgres can name all rows that it refuses: since version 16. */
let namesRefused = true;
/** The statements for a batch of 5,000 with refused rows: without their names, each is searched for. */
const mostStatements = (refused: number) =>
  namesRefused ? 3 : refused * (3 * Math.ceil(Math.log2(5_000)) + 4);
let statements = 0;
const persist: Persist = (statement) => {
  statements++;
  return statement();
};

beforeAll(async () => {
  fresh = await createFreshDatabase(inject('postgresUrl'));
  const [server] = await fresh.database.run<{ namesRefused: boolean }>(
    (sql) => sql`select to_regproc('pg_input_error_info') is not null as "namesRefused"`,
  );
  namesRefused = server?.namesRefused === true;
});
afterAll(() => fresh[Symbol.asyncDispose]());
const run = (text: string) =>
  fresh.database.run<{ name: string }>((sql) => sql.unsafe<{ name: string }[]>(text).simple());

describe.each([
  ['statements', Number.POSITIVE_INFINITY],
  ['messages', 1],
])('batches as %s:', (_, copyMinEvents) => {
  const writerOf = (database = fresh.database, retry = persist) =>
    createWriter(database, retry, { copyMinEvents });

  beforeEach(async () => {
    await fresh.database.run(
      (sql) => sql`truncate raw_events, agg_events_minute, dlq_events, ingest_progress`,
    );
    writer = writerOf();
    await writer.open(partition, 0n);
    statements = 0;
  });

  test('a batch is stored, counted and accounted for', async () => {
    const written = await writer.write(batchOf([row(0), row(1), row(2, { eventType: 'search' })]));
    expect(Object.fromEntries(written.stored)).toEqual({ page_view: 2, search: 1 });
    expect(await ledger()).toMatchObject({
      start: 0n,
      next: 3n,
      stored: 3n,
      duplicates: 0n,
      dead: 0n,
      skipped: 0n,
    });
    await expectInvariants();
  });

  test('a refused row of a batch that another writer has written is a dead letter once', async () => {
    const rows = [row(0), row(1, { payloadJson: '{"a":"\\u0000"}' }), row(2)];
    const other = writerOf();
    await other.open(partition, 0n);
    expect((await other.write(batchOf(rows))).refused).toHaveLength(1);
    const before = await everything();
    await writer.write(batchOf(rows));
    expect(await everything()).toEqual(before);
    await expectInvariants();
  });

  test.each([
    ['update ingest_progress set resets = resets + 1', 'another consumer has reset the ledger'],
    ['delete from ingest_progress', 'ingest_progress has no row'],
  ])('nothing of a batch with a refused row is stored after "%s"', async (change, error) => {
    await run(change);
    const refused = row(1, { payloadJson: '{"a":"\\u0000"}' });
    await expect(writer.write(batchOf([row(0), refused]))).rejects.toThrow(error);
    expect(await run('select from raw_events union all select from dlq_events')).toEqual([]);
  });

  test('writing a batch again changes nothing', async () => {
    const batch = batchOf([row(0), row(1)], [deadLetter(2)]);
    await writer.write(batch);
    const before = await everything();
    const again = await writer.write(batch);
    expect(again).toMatchObject({ deadLettered: 0, refused: [] });
    expect(again.stored.size).toBe(0);
    expect(await everything()).toEqual(before);
  });

  test.each(['-9223372036854775808', '-1', '9223372036854775807'])(
    'a record with the timestamp %s is stored',
    async (timestamp) => {
      const at = (offset: number) => ({ record: { ...record(offset), timestamp } });
      expect((await writer.write(batchOf([row(0, at(0)), row(1)], [deadLetter(2, at(2))]))).refused).toEqual(
        [],
      );
      expect((await writer.write(batchOf([row(3, at(3))]))).refused).toEqual([]);
      expect(await ledger()).toMatchObject({ next: 4n, stored: 3n, dead: 1n });
      await expectInvariants();
    },
  );

  test('the ledger of a recreated topic restarts and keeps its counts', async () => {
    const old = { ...partition, topicId: 'a'.repeat(32) };
    const recreated = { ...partition, topicId: 'b'.repeat(32) };
    expect(await writer.open(old, 0n)).toMatchObject({ nextOffset: 0n, isRestarted: false });
    await writer.write(batchOf([row(0), row(1), row(2)]));
    expect(await writer.open(old, 0n)).toMatchObject({ nextOffset: 3n, isRestarted: false });
    expect(await writer.open(recreated, 1n)).toMatchObject({ nextOffset: 1n, isRestarted: true });
    await writer.write(batchOf([row(1), row(2)]));
    expect(await ledger()).toMatchObject({ start: -2n, next: 3n, stored: 5n, duplicates: 0n, skipped: 0n });
    expect(await writer.open(partition, 0n)).toMatchObject({ nextOffset: 3n, isRestarted: false });
    expect(await writer.open(recreated, 0n)).toMatchObject({ nextOffset: 3n, isRestarted: false });
    await expectInvariants();
  });

  // L11
  test('a dead letter at the same position of a recreated topic is another one', async () => {
    for (const topicId of ['a'.repeat(32), 'b'.repeat(32)]) {
      await writer.open({ ...partition, topicId }, 0n);
      for (const _ of ['first', 'replayed']) await writer.write(batchOf([], [deadLetter(0)]));
    }
    expect(await ledger()).toMatchObject({ start: -1n, next: 1n, dead: 2n });
    await expectInvariants();
  });

  // L11
  test('another record at the same offset is another dead letter', async () => {
    const other = { ...deadLetter(0), record: { ...record(0), value: Buffer.from('y') } };
    await writer.write(batchOf([], [deadLetter(0)]));
    await writer.write(batchOf([], [other]));
    await writer.write(batchOf([], [deadLetter(0)]));
    expect(await ledger()).toMatchObject({ start: -1n, next: 1n, dead: 2n });
    await expectInvariants();
  });

  test('dead letters whose keys end where their values begin are different ones', async () => {
    const parts = [
      ['a', 'bc'],
      ['ab', 'c'],
      [null, 'abc'],
      ['abc', null],
    ] as const;
    const bytes = (text: string | null) => (text === null ? null : Buffer.from(text));
    for (const [key, value] of [...parts, ...parts])
      await writer.write(
        batchOf([], [deadLetter(0, { record: { ...record(0), key: bytes(key), value: bytes(value) } })]),
      );
    expect(await ledger()).toMatchObject({ start: -3n, next: 1n, dead: 4n });
    await expectInvariants();
  });

  test('a replayed dead letter is the same one after the id of its topic becomes known', async () => {
    await writer.write(batchOf([], [deadLetter(0)]));
    await writer.open({ ...partition, topicId: 'a'.repeat(32) }, 0n);
    await writer.write(batchOf([], [deadLetter(0)]));
    expect(await ledger()).toMatchObject({ start: 0n, next: 1n, dead: 1n });
    await expectInvariants();
  });

  // L15
  test('two clusters that write one ledger in turn are reported in one line', async () => {
    const open = (letter: string) => writer.open({ ...partition, topicId: letter.repeat(32) }, 0n);
    await open('a');
    await open('b');
    await open('c');
    await expect(open('b')).rejects.toThrow(/^events\/0: topics of this name in two Kafka clusters/);
    expect(await open('c')).toMatchObject({ nextOffset: 0n, isRestarted: false });
    await run("update ingest_progress set former_topic_id = null where topic = 'events'");
    expect(await open('b')).toMatchObject({ nextOffset: 0n, isRestarted: true });
  });

  // L13: the function of Postgres 16.2, which was wrong for exact minutes before its origin.
  test('an event of an exact minute before 1970 is counted in its minute', async () => {
    await run(`create schema former;
    create function former.date_bin(stride interval, source timestamptz, origin timestamptz) returns timestamptz
    language sql immutable as $$
      select case when source < origin and source = pg_catalog.date_bin(stride, source, origin)
                  then source - stride else pg_catalog.date_bin(stride, source, origin) end $$;`);
    const name = fresh.settings.DATABASE_URL.database;
    await run(`alter database ${name} set search_path = former, pg_catalog, public`);
    await using affected = connectDatabase(fresh.settings, { applicationName: 'test', connections: 1 });
    const there = writerOf(affected);
    await there.open(partition, 0n);
    const exact = row(0, { eventTime: '1969-12-31T23:59:00Z' });
    await there.write(
      batchOf([exact, { ...exact, record: record(1) }, row(2, { eventTime: '0001-01-02T00:00:00+15:59' })]),
    );
    await run(`alter database ${name} reset search_path; drop schema former cascade`);
    await expectInvariants();
  });

  test('a batch of a former topic is not written over the recreated one', async () => {
    const other = writerOf();
    await writer.open({ ...partition, topicId: 'a'.repeat(32) }, 0n);
    await other.open({ ...partition, topicId: 'b'.repeat(32) }, 0n);
    await expect(writer.write(batchOf([row(0), row(1)]))).rejects.toThrow(
      'another consumer has reset the ledger',
    );
    await other.write(batchOf([row(0)]));
    expect(await ledger()).toMatchObject({ next: 1n, stored: 1n, skipped: 0n });
  });

  test('a batch of a log that was truncated since is not written', async () => {
    const other = writerOf();
    await writer.write(batchOf([row(0), row(1), row(2)]));
    await other.open(partition, 0n);
    await other.rewind(partition, 3n, 1n);
    await other.write(batchOf([row(1), row(2)]));
    await expect(writer.write(batchOf([row(3)]))).rejects.toThrow('another consumer has reset the ledger');
    expect(await ledger()).toMatchObject({ next: 3n, stored: 5n, skipped: 0n });
  });

  test('a ledger behind confirmed writes is an error, and nothing counts as skipped', async () => {
    await writer.write(batchOf([row(0), row(1)]));
    const lost = row(2);
    await writer.write(batchOf([lost]));
    await fresh.database.run((sql) => sql`delete from raw_events where event_id = ${lost.eventId}`);
    await fresh.database.run((sql) => sql`update ingest_progress set next_offset = 2, stored = 2`);
    await expect(writer.write(batchOf([row(3)]))).rejects.toThrow('events/0: written up to offset 3');
    expect(await ledger()).toMatchObject({ next: 2n, stored: 2n, skipped: 0n });
  });

  test('two writers with overlapping records count each record once', async () => {
    const other = writerOf();
    await other.open(partition, 0n);
    const rows = Array.from({ length: 10 }, (_, offset) => row(offset));
    await writer.write(batchOf(rows.slice(0, 6)));
    await other.write(batchOf(rows));
    await writer.write(batchOf(rows.slice(4)));
    expect(await ledger()).toMatchObject({ next: 10n, stored: 10n, duplicates: 0n });
    await expectInvariants();
  });

  test('two concurrent writers store each record once', async () => {
    const other = writerOf();
    await other.open(partition, 0n);
    const batches = Array.from({ length: 20 }, (_, index) => batchOf([row(2 * index), row(2 * index + 1)]));
    const writeAll = async (one: Writer) => {
      for (const batch of batches) await one.write(batch);
    };
    await Promise.all([writeAll(writer), writeAll(other)]);
    expect(await ledger()).toMatchObject({ next: 40n, stored: 40n, duplicates: 0n, skipped: 0n });
    await expectInvariants();
  });

  test('a stored event counts as a duplicate and not in the aggregates', async () => {
    const event = row(0);
    await writer.write(batchOf([event]));
    await writer.write(batchOf([{ ...event, record: record(1) }, row(2)]));
    expect(await ledger()).toMatchObject({ next: 3n, stored: 2n, duplicates: 1n });
    await expectInvariants();
  });

  test('an event counts in the minute that Postgres stores, for any zone and fraction', async () => {
    const local = fc.tuple(
      fc.constantFrom('2026-11-24', '2024-02-29', '1969-12-31', '0001-01-02', '9999-12-30'),
      fc.constantFrom('T', 't'),
      fc.constantFrom('00:00', '09:30', '23:59'),
      fc.constantFrom(
        ':00',
        ':30',
        ':59',
        ':59.9',
        ':59.999999',
        ':59.9999994',
        ':59.9999996',
        ':59.99999949999',
      ),
      fc.constantFrom('Z', 'z', '+00:00', '-00:00', '+05:30', '-15:59', '+15:59'),
    );
    const times = fc.sample(local, { numRuns: 2_000, seed: 42 }).map((parts) => parts.join(''));
    await writer.write(batchOf(times.map((eventTime, offset) => row(offset, { eventTime }))));
    await expectInvariants();
  });

  test.each([
    ['plain', batchOf([row(0), row(1)])],
    ['tolerant', batchOf([twin, { ...twin, record: record(1) }])],
  ])('the %s form inserts events before counts', async (_, batch) => {
    await run('create table steps (step int generated always as identity, name text)');
    await run(`create function note_step() returns trigger language plpgsql as
             $$ begin insert into steps (name) values (tg_table_name); return new; end $$`);
    for (const table of ['raw_events', 'agg_events_minute'])
      await run(`create trigger note before insert on ${table} for each row execute function note_step()`);
    await writer.write(batch);
    const steps = await run('select name from steps group by name order by min(step)');
    await run('drop function note_step cascade; drop table steps');
    expect(steps.map(({ name }) => name)).toEqual(['raw_events', 'agg_events_minute']);
  });

  test('an event that is in a batch twice is stored once', async () => {
    const event = row(0);
    await writer.write(batchOf([event, { ...event, record: record(1) }, row(2)]));
    expect(await ledger()).toMatchObject({ next: 3n, stored: 2n, duplicates: 1n });
    await expectInvariants();
  });

  // M5
  test.each([1, 2, 3])('the first of two events with one id is stored (seed %i)', async (seed) => {
    const ids = fc.sample(fc.uuid(), { numRuns: 1_000, seed });
    const [order = []] = fc.sample(fc.shuffledSubarray(ids, { minLength: ids.length }), { numRuns: 1, seed });
    const rowsOf = (all: readonly string[], from: number, payloadJson: string) =>
      all.map((eventId, at) => row(from + at, { eventId, payloadJson }));
    await writer.write(
      batchOf([...rowsOf(ids, 0, '{"is":"first"}'), ...rowsOf(order, 1_000, '{"is":"second"}')]),
    );
    const stored = await fresh.database.run((sql) => sql`select distinct payload from raw_events`);
    expect(stored).toEqual([{ payload: { is: 'first' } }]);
  });

  test('concurrent writes of the same events in two partitions store each once', async () => {
    const other = writerOf();
    await other.open({ topic: 'events', partition: 1 }, 0n);
    const rows = Array.from({ length: 400 }, (_, offset) => row(offset));
    await Promise.all([writer.write(batchOf(rows)), other.write(batchOf(rows.toReversed(), [], 1))]);
    const [sums] = await fresh.database.run(
      (sql) =>
        sql`select sum(stored)::int as stored, sum(duplicates)::int as duplicates from ingest_progress`,
    );
    expect(sums).toEqual({ stored: 400, duplicates: 400 });
    await expectInvariants();
  });

  test('offsets that hold no record count as skipped', async () => {
    await writer.write({ ...batchOf([row(5), row(7)]), nextOffset: 10n });
    expect(await ledger()).toMatchObject({ start: 0n, next: 10n, stored: 2n, skipped: 8n });
    await expectInvariants();
  });

  // A tombstone of Debezium is no event by design, and no dead letter either.
  test('records that are neither events nor dead letters count as skipped', async () => {
    await writer.write({ ...partition, nextOffset: 3n, rows: new EventRows(), deadLetters: [] });
    await writer.write({ ...batchOf([row(3)]), nextOffset: 5n });
    expect(await ledger()).toMatchObject({ start: 0n, next: 5n, stored: 1n, duplicates: 0n, skipped: 4n });
    await expectInvariants();
  });

  test('missing records below the ledger are stored, and the ledger adds up', async () => {
    await writer.write(batchOf([row(0), row(1)]));
    await writer.write(batchOf([row(0), row(1), row(2)], []));
    expect(await ledger()).toMatchObject({ start: -2n, next: 3n, stored: 5n });
    await expectInvariants();
  });

  test('invalid rows cost a batch of 5,000 few more statements, and the rest is stored', async () => {
    const rows = Array.from({ length: 5_000 }, (_, offset) => row(offset));
    for (const offset of [0, 3_210]) rows[offset] = row(offset, { payloadJson: '{"path":"\\u0000"}' });
    const written = await writer.write(batchOf(rows, [deadLetter(5_000)]));
    expect(written.refused).toMatchObject([
      { reason: 'refused_by_database', sqlstate: '22P05', record: { offset: '0' } },
      { reason: 'refused_by_database', sqlstate: '22P05', record: { offset: '3210' } },
    ]);
    expect(statements).toBeLessThanOrEqual(mostStatements(2));
    expect(await ledger()).toMatchObject({
      next: 5_001n,
      stored: 4_998n,
      dead: 3n,
      duplicates: 0n,
      skipped: 0n,
    });
    await expectInvariants();
  });

  test('each invalid row becomes a dead letter, whatever its SQLSTATE', async () => {
    const bad: readonly (readonly [string, Partial<EventRow>])[] = [
      ['22P05', { payloadJson: '{"a":"\\u0000"}' }],
      ['22P02', { payloadJson: '{"a":"\\ud800"}' }],
      ['22003', { payloadJson: '{"a":1e131072}' }],
      ['22021', { userId: 'a\0b' }],
      ['22P02', { eventId: 'not-a-uuid' }],
      ['22008', { eventTime: '2026-02-30T00:00:00Z' }],
    ];
    const rows = bad.flatMap(([, change], index) => [row(2 * index, change), row(2 * index + 1)]);
    const written = await writer.write(batchOf(rows));
    expect(written.refused.map(({ sqlstate }) => sqlstate)).toEqual(bad.map(([sqlstate]) => sqlstate));
    expect(await ledger()).toMatchObject({ stored: 6n, dead: 6n });
    await expectInvariants();
  });

  test('ids and times of other forms are those that Postgres reads, and are counted once', async () => {
    const other = { eventId: '{019AB3C100007000800000000000000F}', eventTime: '2026-11-24 09:30+00' };
    const rows = [row(0), row(1, other), row(2, { eventTime: '2026-11-24T24:00:00Z' })];
    await writer.write(batchOf(rows));
    await writer.write(batchOf([...rows, row(3, other)]));
    expect(await ledger()).toMatchObject({ stored: 3n, duplicates: 1n, dead: 0n });
    await expectInvariants();
  });

  test.each(['9999-12-31T23:59:59-00:01', '9999-12-31T23:59:59.9999999Z', '0001-01-01T00:00:00+00:01'])(
    'a batch with an event at %s can be divided',
    async (eventTime) => {
      const far = row(0, { eventTime });
      await writer.write(batchOf([far]));
      const refused = row(2, { payloadJson: '"\\u0000"' });
      const written = await writer.write(batchOf([far, row(1, { eventTime }), refused]));
      expect(written.refused).toHaveLength(1);
      expect(await ledger()).toMatchObject({ stored: 2n, duplicates: 0n, dead: 1n });
      await expectInvariants();
    },
  );

  // L6
  test('a batch that exceeds the statement timeout three times is written in parts', async () => {
    await run(`create function dawdle() returns trigger language plpgsql as
             $$ begin perform pg_sleep(0.01); return new; end $$;
             create trigger slow before insert on raw_events for each row execute function dawdle()`);
    const settings = { ...fresh.settings, DATABASE_STATEMENT_TIMEOUT_MS: 400 };
    await using impatient = connectDatabase(settings, { applicationName: 'test', connections: 1 });
    const slow = writerOf(impatient, (statement) => retryFor(20, statement));
    await slow.open(partition, 0n);
    const rows = Array.from({ length: 64 }, (_, offset) => row(offset));
    const written = slow.write(batchOf(rows)).finally(() => run('drop function dawdle cascade'));
    expect((await written).stored.get('page_view')).toBe(64);
    expect(await ledger()).toMatchObject({ start: 0n, next: 64n, stored: 64n });
    await expectInvariants();
  });

  // M2
  test('rows that were isolated before an interruption cost one statement together', async () => {
    await run('alter table raw_events add constraint odd check (user_id <> $$refused$$)');
    const rows = Array.from({ length: 64 }, (_, offset) =>
      row(offset, { userId: offset % 4 === 0 ? 'refused' : 'user-1' }),
    );
    const first = await writer.write(batchOf(rows.slice(0, 32)));
    const others = writerOf();
    await others.open(partition, 0n);
    statements = 0;
    const again = await others.write(batchOf(rows.slice(0, 32)));
    await run('alter table raw_events drop constraint odd');
    expect(statements).toBe(3);
    expect(again.refused).toEqual(first.refused);
    expect(again).toMatchObject({ deadLettered: 0 });
    expect(await ledger()).toMatchObject({ next: 32n, stored: 24n, dead: 8n });
    await expectInvariants();
  });

  test('the numbers, keys and characters of a payload are stored unchanged', async () => {
    const payloadJson =
      '{"big":9007199254740993,"huge":1e400,"__proto__":{"x":1},"text":"ä\\u00e9\\\\\\"{,}","e":[]}';
    await writer.write(batchOf([row(0, { payloadJson, userId: 'quote " back\\slash {brace}, NULL' })]));
    const [stored] = await fresh.database.run(
      (sql) => sql<{ same: boolean; userId: string }[]>`
      select payload = ${payloadJson}::text::jsonb as same, user_id as "userId" from raw_events`,
    );
    expect(stored).toEqual({ same: true, userId: 'quote " back\\slash {brace}, NULL' });
  });

  test('users may be null, and attributes are stored unchanged, in any mixture', async () => {
    const attributesJson = '{"big":9007199254740993,"source":"/a \\"b\\"","null":null,"x":["\\u00e9"]}';
    const rows = [
      row(0),
      row(1, { userId: null }),
      row(2, { userId: 'NULL', attributesJson }),
      row(3, { userId: '', attributesJson: undefined }),
      row(4, { userId: '"\\', attributesJson: '{}' }),
    ];
    await writer.write(batchOf(rows));
    await writer.write(batchOf(rows.map((one, at) => ({ ...one, record: record(5 + at) }))));
    const stored = await fresh.database.run(
      (sql) => sql`
      select user_id as "user", attributes = ${attributesJson}::text::jsonb as same, attributes::text is null as none
      from raw_events join unnest(${`{${rows.map(({ eventId }) => eventId)}}`}::uuid[]) with ordinality as sent (event_id, n)
      using (event_id) order by n`,
    );
    expect(stored).toEqual([
      { user: 'user-1', same: null, none: true },
      { user: null, same: null, none: true },
      { user: 'NULL', same: true, none: false },
      { user: '', same: null, none: true },
      { user: '"\\', same: false, none: false },
    ]);
    expect(await ledger()).toMatchObject({ stored: 5n, duplicates: 5n });
    await expectInvariants();
  });

  test('attributes that jsonb cannot hold cost a batch of 5,000 few more statements', async () => {
    const rows = Array.from({ length: 5_000 }, (_, offset) => row(offset));
    rows[4_000] = row(4_000, { attributesJson: '{"a":"\\u0000"}' });
    const written = await writer.write(batchOf(rows));
    expect(written.refused).toMatchObject([{ sqlstate: '22P05', record: { offset: '4000' } }]);
    expect(statements).toBeLessThanOrEqual(mostStatements(1));
  });

  test('type names with quotes, backslashes and commas are stored and counted', async () => {
    const types = ['order.placed', 'a"b', 'c\\d', '{e,f}', 'NULL', ' g ', '__proto__', 'é/:-'];
    const { stored } = await writer.write(batchOf(types.map((eventType, at) => row(at, { eventType }))));
    expect([...stored.keys()].sort()).toEqual(types.toSorted());
    await expectInvariants();
  });

  test('a dead letter keeps key, value and headers byte for byte', async () => {
    const bytes = Buffer.from([0, 255, 1, 34, 92]);
    const source: SourceRecord = {
      ...record(0),
      key: bytes,
      value: bytes,
      headers: [
        ['text', Buffer.from('ü')],
        ['bytes', bytes],
        ['many', Buffer.from('a')],
        ['many', bytes],
        ['none', null],
      ],
    };
    await writer.write(
      batchOf(
        [],
        [
          { ...deadLetter(0), record: source },
          { ...deadLetter(1), record: { ...record(1), key: null, value: null } },
        ],
      ),
    );
    const rows = await fresh.database.run(
      (sql) => sql<{ key: Buffer | null; value: Buffer | null; headers: unknown; ms: string }[]>`
      select key, value, headers, (extract(epoch from source_timestamp) * 1000)::bigint::text as ms from dlq_events order by source_offset`,
    );
    const stored = { base64: bytes.toString('base64') };
    expect(rows[0]).toEqual({
      key: bytes,
      value: bytes,
      headers: {
        text: 'ü',
        bytes: stored,
        many: ['a', stored],
        none: null,
        'dlq.header_order': ['text', 'bytes', 'many', 'many', 'none'],
      },
      ms: '1700000000123',
    });
    expect(rows[1]).toMatchObject({ key: null, value: null });
  });
});

async function retryFor<Value>(attempts: number, statement: () => Promise<Value>): Promise<Value> {
  return await statement().catch((error: unknown) => {
    if (attempts === 1 || !isTransientError(error)) throw error;
    return retryFor(attempts - 1, statement);
  });
}

async function ledger() {
  const [found] = await fresh.database.run(
    (sql) =>
      sql`select start_offset as start, next_offset as next, stored, duplicates, dead_lettered as dead, skipped from ingest_progress`,
  );
  return found;
}

async function everything() {
  const events = await fresh.database.run((sql) => sql`select * from raw_events order by event_id`);
  const minutes = await fresh.database.run((sql) => sql`select * from agg_events_minute order by 1, 2`);
  const dead = await fresh.database.run((sql) => sql`select * from dlq_events order by 1`);
  return { events, minutes, dead, ledger: await ledger() };
}

async function expectInvariants() {
  const [found] = await fresh.database.run(
    (sql) => sql`
      select (select count(*)::int from (select date_bin('1 minute', event_time, 'epoch') as m, event_type as t, count(*) as c
                from raw_events group by 1, 2) r full join agg_events_minute a on a.minute = r.m and a.event_type = r.t
              where r.c is distinct from a.event_count) as wrong_minutes,
             (select sum(stored)::int from ingest_progress) - (select count(*)::int from raw_events) as lost_rows,
             (select sum(dead_lettered)::int from ingest_progress) - (select count(*)::int from dlq_events) as lost_dead_letters`,
  );
  expect(found).toEqual({ wrong_minutes: 0, lost_rows: 0, lost_dead_letters: 0 });
}
