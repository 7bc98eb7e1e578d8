import { inspect } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { DeadLetter } from '../../dead-letters/dead-letter.ts';
import { deadLetter, row } from '../../testing/batches.ts';
import { createFreshDatabase, type FreshDatabase } from '../../testing/fresh-database.ts';
import type { Batch } from '../batch.ts';
import { type EventRow, EventRows } from '../event-rows.ts';
import { createWriter, type Persist, type Writer } from '../writer.ts';

const partition = { topic: 'my.events', partition: 0 };
const persist: Persist = (statement) => statement();

/** The same batches go into both databases: as statements, and as messages. */
let databases: readonly FreshDatabase[];

beforeAll(async () => {
  databases = await Promise.all([1, 2].map(() => createFreshDatabase(inject('postgresUrl'))));
  for (const one of databases)
    await run(one, `alter table raw_events add constraint odd check (user_id <> 'refused')`);
});
afterAll(() => Promise.all(databases.map((one) => one[Symbol.asyncDispose]())));

async function run({ database }: FreshDatabase, text: string) {
  return await database.run((sql) => sql.unsafe<{ row: unknown }[]>(text).simple());
}

async function openWriters(): Promise<readonly Writer[]> {
  return await Promise.all(
    databases.map(async (one, index) => {
      await run(one, 'truncate raw_events, agg_events_minute, dlq_events, ingest_progress');
      const copyMinEvents = index === 0 ? Number.POSITIVE_INFINITY : 1;
      const writer = createWriter(one.database, persist, { copyMinEvents });
      await writer.open(partition, 0n);
      return writer;
    }),
  );
}

const queries = [
  'select event_id, event_type, event_time, user_id, payload, attributes from raw_events order by 1',
  'select * from agg_events_minute order by 1, 2',
  `select source_topic, source_partition, source_offset, source_timestamp, key, value, headers, event_type, reason,
          detail, sqlstate, redrive_count from dlq_events order by source_offset`,
  'select to_jsonb(ledger) - $$updated_at$$ as row from ingest_progress as ledger',
];

/** What two databases must have in common. */
async function readTables(one: FreshDatabase) {
  const tables = [];
  for (const query of queries) tables.push([...(await run(one, query))]);
  return tables;
}

const idAt = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;

/**
 * A record of a batch: an event, which may be a duplicate or conflicting, one that Postgres refuses, a dead letter, or
 * a gap.
 */
type Item = Partial<EventRow> | { readonly dead: Partial<DeadLetter> } | 'gap';

const contents = fc.record({
  eventType: fc.constantFrom('page_view', 'search', `it's "odd"\\.`),
  eventTime: fc.constantFrom('2026-11-24T09:30:12.345678Z', '1969-12-31T23:59:59.9999996+05:30'),
  userId: fc.constantFrom('user-1', null, '\t\\N\n', 'é'),
  payloadJson: fc.constantFrom('{"a":1}', '{"a":"\\"\\\\\\n"}', '{\n\t"a" : 2.50}'),
  attributesJson: fc.constantFrom(undefined, undefined, undefined, '{"b":"\\t"}'),
});
const all = fc.sample(contents, { numRuns: 400, seed: 1 }).map((one, id) => ({ ...one, eventId: idAt(id) }));
const event = fc.constantFrom(...all);
const changed = (...changes: readonly Partial<EventRow>[]) =>
  fc.tuple(event, fc.constantFrom(...changes)).map(([one, change]) => ({ ...one, ...change }));
const conflicting = changed(
  { eventType: 'other' },
  { eventTime: '2026-11-24T09:30:12.345679Z' },
  { userId: 'other' },
  { payloadJson: '{"a":"other"}' },
  { attributesJson: '{"b":"other"}' },
);
const refused = changed(
  { payloadJson: '{"a":"\\u0000"}' },
  { attributesJson: '{"a":"\\u0000"}' },
  { userId: 'refused' },
  { userId: 'a\0b' },
);
const odd = fc.option(fc.uint8Array({ maxLength: 20 }).map(Buffer.from), { nil: null });
const dead = fc.record({
  record: fc.record({
    offset: fc.constant('0'),
    timestamp: fc.oneof(
      fc.constantFrom('-1', '0', '1795512612345', '9223372036854775807', '-9223372036854775808'),
      fc.bigInt({ min: -(2n ** 58n), max: 2n ** 58n }).map(String),
    ),
    key: odd,
    value: odd,
    headers: fc.array(fc.tuple(fc.constantFrom('a', 'b', 'é'), odd), { maxLength: 3 }),
  }),
  eventType: fc.constantFrom(null, 'page_view', `it's "odd"\\.`),
  detail: fc.constantFrom('is not JSON', `it's not "JSON"\\.\t\n`),
  sqlstate: fc.constantFrom(null, '22P05'),
  redriveCount: fc.nat({ max: 3 }),
});
const item: fc.Arbitrary<Item> = fc.oneof(
  { weight: 50, arbitrary: event },
  { weight: 1, arbitrary: conflicting },
  { weight: 1, arbitrary: refused },
  { weight: 3, arbitrary: fc.record({ dead }) },
  { weight: 1, arbitrary: fc.constant<Item>('gap') },
);
const batch = fc.record({ items: fc.array(item, { minLength: 1, maxLength: 12 }), rereads: fc.nat(8) });

function batchAt(start: number, items: readonly Item[]): Batch {
  const rows: EventRow[] = [];
  const deadLetters: DeadLetter[] = [];
  for (const [index, one] of items.entries()) {
    const offset = start + index;
    if (one === 'gap') continue;
    if ('dead' in one) deadLetters.push(deadLetterAt(offset, one.dead));
    else rows.push(row(offset, one));
  }
  return { ...partition, nextOffset: BigInt(start + items.length), rows: EventRows.of(rows), deadLetters };
}

function deadLetterAt(offset: number, change: Partial<DeadLetter>): DeadLetter {
  const { record } = change;
  return deadLetter(offset, { ...change, ...(record && { record: { ...record, offset: String(offset) } }) });
}

test('1,000 random batches are written the same as statements and as messages', {
  tags: 'long',
}, async () => {
  const all = fc.array(batch, { minLength: 10, maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(all, async (batches) => {
      const writers = await openWriters();
      const written: Item[] = [];
      for (const { items, rereads } of batches) {
        const start = Math.max(0, written.length - (rereads > 4 ? 0 : rereads));
        const next = batchAt(start, [...written.slice(start), ...items]);
        const [statement, message] = await Promise.all(writers.map((writer) => writer.write(next)));
        expect(message).toEqual(statement);
        written.push(...items);
      }
      const [statements, messages] = await Promise.all(databases.map(readTables));
      expect(messages).toEqual(statements);
    }),
    { numRuns: 100 },
  );
});

test('a message does not store dead letters again that had no topic id', async () => {
  const [, writer] = await openWriters();
  const [, database] = databases;
  const items = [1, 2, 3].map((n): Item => ({ dead: { detail: `${n}` } }));
  await writer?.write(batchAt(0, items));
  await writer?.open({ ...partition, topicId: '0198c5b07c1e7000800000000000000f' }, 0n);
  expect(await writer?.write(batchAt(0, items))).toMatchObject({ deadLettered: 0 });
  await writer?.write(batchAt(3, items));
  const ids =
    database && (await run(database, 'select source_topic_id as id from dlq_events order by dlq_id'));
  const id = '0198c5b0-7c1e-7000-8000-00000000000f';
  expect(ids?.map((one) => Object.values(one)[0])).toEqual([null, null, null, id, id, id]);
});

test('the name of a schema within a value is no name of a table', async () => {
  const [, writer] = await openWriters();
  await writer?.write(batchAt(0, [{ eventType: 'pipeline.raw_events', userId: 'pipeline.x' }]));
  const [, database] = databases;
  const stored = database && (await run(database, 'select event_type from agg_events_minute'));
  expect(stored).toEqual([{ event_type: 'pipeline.raw_events' }]);
});

test('an error of a message contains nothing of a row', async () => {
  const [, database] = databases;
  const [, writer] = await openWriters();
  if (database === undefined) throw new Error('there is no database');
  await run(
    database,
    `create function fail() returns trigger language plpgsql as $$ begin raise 'broken'; end $$;
     create trigger fail before insert on raw_events for each row execute function fail()`,
  );
  const write = writer?.write(batchAt(0, [{ payloadJson: '{"a":"canary"}' }]));
  const error = await write?.catch((one: unknown) => one);
  await run(database, 'drop function fail cascade');
  expect(error).toMatchObject({ code: 'P0001', message: 'broken' });
  expect(inspect(error)).not.toContain('canary');
});
