import {
  count,
  defineEvents,
  deriveRollups,
  eventType,
  fields,
  max,
  min,
  type Rollup,
  sum,
  Type,
} from '@pipeline/schema';
import { anyJsonText } from '@pipeline/schema/testing';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { openPool } from '../client/connect.ts';
import { compareTables } from '../maintenance/compare-tables.ts';
import { dayAfter } from '../maintenance/day.ts';
import { partitionEvents } from '../maintenance/partition.ts';
import { purge } from '../maintenance/purge.ts';
import { rebuildAggregates } from '../maintenance/rebuild-aggregates.ts';
import { migrate, migrationsFolder, readMigrations } from '../migrate.ts';
import { readReplayLedgers } from '../replay/replay-ledgers.ts';
import { storeMissing } from '../replay/store-missing.ts';
import { batchOf, deadLetter, row } from '../testing/batches.ts';
import { parseExactly } from '../testing/expected-column.ts';
import { createFreshDatabase, type FreshDatabase } from '../testing/fresh-database.ts';
import { keyOf, type NaiveGroup, rollUpNaively, type StoredEvent } from '../testing/naive-rollup.ts';
import type { EventRow } from '../write/event-rows.ts';
import { BUILT_IN_IDENTITY } from '../write/identity.ts';
import { createWriter, type Persist, type Writer } from '../write/writer.ts';
import { migrateRollups } from './migrate-rollups.ts';

/** Random sequences of batches and purges. */
const RUNS = process.env['E2E_LONG'] === undefined ? 10 : 100;

const partition = { topic: 'events', partition: 0 };
const persist: Persist = (statement) => statement();
const later = new Date('2030-01-01T00:00:00Z');

let fresh: FreshDatabase;
let offset: number;

beforeEach(async () => {
  fresh = await createFreshDatabase(inject('postgresUrl'));
  offset = 0;
});
afterEach(() => fresh[Symbol.asyncDispose]());

const run = (text: string) => fresh.database.run<Record<string, unknown>>((sql) => sql.unsafe(text));
const declare = (rollups: readonly Rollup[]) => migrateRollups(fresh.settings, rollups);

async function openWriter(copyMinEvents?: number): Promise<Writer> {
  const writer = createWriter(fresh.database, persist, copyMinEvents === undefined ? {} : { copyMinEvents });
  await writer.open(partition, 0n);
  return writer;
}

/** Every aggregate, with 0 to 3 members of odd names, all buckets, and few keys. */
const rollups = deriveRollups(
  defineEvents({
    envelope: fields({ type: '/t' }),
    types: [
      eventType('order', Type.Unsafe({}), {
        rollups: {
          orders: count().per('1 day'),
          by_key: count().by('/k').per('1 minute').limit(4),
          revenue: sum('/n').by('/k').per('1 hour').limit(3),
          total: sum('/o/n').per('1 day'),
          lowest: min('/n').by('/k', '/o/0').per('6 hours').limit(5),
          highest: max('/n').by('/k', "/o/it's", '/é"').per('5 minutes').limit(6),
        },
      }),
      eventType("it's $body$ a %s", Type.Unsafe({}), { rollups: { odd: sum('/n').by('/k') } }),
    ],
  }),
);

const numbers = [
  '0',
  '-0',
  '1',
  '1.0',
  '0.10',
  '1e3',
  '10e-1',
  '-7.25',
  '1e29',
  '999999999999999999999999999999',
  '1e30',
  '-1e30',
  '1e400',
  '1e-20',
  '1e-21',
  '1e-400',
  '0.00000000000000000001',
];
const others = ['null', '"7"', 'true', '[]', '{}', '[1]'];
const number = fc.constantFrom(...numbers, ...numbers, ...others);
const key = fc.constantFrom(
  '"EUR"',
  '"EUR"',
  '"USD"',
  '"é\\ud83d\\ude00"',
  '""',
  '7',
  '7.0',
  'true',
  'null',
  '[]',
  '{"a":1}',
  '"other"',
  `"${'x'.repeat(200)}"`,
  `"${'x'.repeat(201)}"`,
  '1e300',
  '"NULL"',
  '"a\\"b\\\\c"',
  '"{,}"',
  '"\\n "',
);
const payload = fc.oneof(
  {
    weight: 9,
    arbitrary: fc
      .record(
        {
          n: number,
          k: key,
          o: fc.oneof(fc.record({ n: number, "it's": key }), fc.array(key, { maxLength: 2 })),
          'é"': key,
        },
        { requiredKeys: [] },
      )
      .map((members) => toJson(members)),
  },
  {
    weight: 1,
    arbitrary: anyJsonText.filter((text) => !/\\u0000|\\ud[89a-f]|1e131072|1e-16384/i.test(text)),
  },
);
const time = fc.oneof(
  fc.constantFrom(
    '2026-11-24T00:00:00Z',
    '2026-11-23T23:59:59.9999999Z',
    '1969-12-31T23:59:59+05:30',
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59Z',
  ),
  fc.nat(2 * 86_400_000).map((ms) => new Date(Date.UTC(2026, 10, 24) + ms).toISOString()),
);
const event = fc.record({
  eventId: fc.nat(400).map((n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`),
  eventType: fc.constantFrom('order', 'order', 'order', "it's $body$ a %s", 'page_view'),
  eventTime: time,
  payloadJson: payload,
});

/** The texts of a record's members are JSON already. */
function toJson(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return `[${value.map(toJson).join()}]`;
  return `{${Object.entries(Object(value))
    .map(([name, inner]) => `${JSON.stringify(name)}:${toJson(inner)}`)
    .join()}}`;
}

async function readEvents(): Promise<readonly StoredEvent[]> {
  const rows =
    await run(`select event_type as type, (extract(epoch from event_time) * 1000000)::bigint as time,
    payload::text as payload from raw_events`);
  return rows.map(
    (one) => ({ ...one, payload: parseExactly(String(one['payload'])) }) as unknown as StoredEvent,
  );
}

interface ValueRow {
  readonly name: string;
  readonly type: string;
  readonly minute: bigint;
  readonly key: readonly (string | null)[] | null;
  readonly value: string | null;
  readonly events: bigint;
  readonly left_out: bigint;
}

/** Compares all roll-ups with a count of the stored events, one by one. */
async function expectRecount(declared: readonly Rollup[] = rollups): Promise<void> {
  const events = await readEvents();
  const values =
    (await run(`select name, event_type as type, (extract(epoch from bucket) / 60)::bigint as minute,
      array_to_json(key) as key, (value * 1e20)::numeric(60, 0)::text as value, event_count as events, left_out
    from rollup_values join rollups using (rollup_id) left join rollup_keys using (rollup_id, key_id)`)) as unknown as ValueRow[];
  for (const rollup of declared) {
    const own = values.filter(({ name, type }) => name === rollup.name && type === rollup.eventType);
    const keys = await run(`select array_to_json(key) as key from rollup_keys join rollups using (rollup_id)
      where name = '${rollup.name}' and event_type = '${rollup.eventType.replaceAll("'", "''")}'`);
    const admitted = new Set(keys.map((one) => JSON.stringify(one['key'])));
    const found = new Map(
      own.map((one) => [
        `${one.minute} ${one.key === null ? 'other' : JSON.stringify(one.key)}`,
        toGroup(one),
      ]),
    );
    expect(sorted(found), rollup.name).toEqual(sorted(rollUpNaively(rollup, events, admitted)));
    expectAdmitted(rollup, events, admitted);
  }
  await expectNoDifference();
}

/** Compares in one snapshot. */
async function expectNoDifference(): Promise<void> {
  expect((await compareTables(fresh.database)).filter((one) => one.expected !== one.found)).toEqual([]);
}

function toGroup({ value, events, left_out: leftOut }: ValueRow): NaiveGroup {
  return { value: value === null ? null : BigInt(value), events, leftOut };
}

function sorted(groups: ReadonlyMap<string, NaiveGroup>) {
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** A key is refused only if the limit was reached. */
function expectAdmitted(rollup: Rollup, events: readonly StoredEvent[], admitted: ReadonlySet<string>): void {
  expect(admitted.size).toBeLessThanOrEqual(rollup.keyLimit);
  if (admitted.size === rollup.keyLimit) return;
  for (const { type, payload: stored } of events)
    if (type === rollup.eventType) expect([...admitted, null]).toContain(keyOf(rollup, stored));
}

const order = (eventId: string, eventTime: string, payloadJson: string) => ({
  ...{ eventId, eventType: 'order' as const, eventTime, payloadJson },
});

/** The purged event of a bucket has no number, the remaining one has. */
const purgeWithoutNumber = [
  {
    events: [
      order('00000000-0000-4000-8000-000000000001', '2026-11-25T00:00:00Z', '{}'),
      order('00000000-0000-4000-8000-000000000002', '2026-11-25T09:30:00Z', '{"o":{"n":2}}'),
    ],
    form: 0,
    reread: 0,
  },
  { before: '2026-11-25T00:00:01Z' },
];

/** Dead letters whose events are stored later: as new records, or by a replay of the old ones. */
async function storeLater(events: readonly Partial<EventRow>[], isRedriven: boolean): Promise<void> {
  const writer = await openWriter();
  const failed = events.map((change) => row(offset++, change));
  await writer.write(
    batchOf(
      [],
      failed.map(({ record }) => deadLetter(Number(record.offset))),
    ),
  );
  if (isRedriven) {
    await writer.write(batchOf(events.map((change) => row(offset++, change))));
    return;
  }
  const [ledger] = await readReplayLedgers(fresh.database, ['events'], BUILT_IN_IDENTITY);
  if (ledger === undefined) throw new Error('there is no ledger');
  await storeMissing(fresh.database, persist, ledger, batchOf(failed));
}

/** Damages all values, and corrects them. */
async function damageAndRepair(): Promise<void> {
  await run('update rollup_values set event_count = event_count + 1, value = value - 1 where key_id < 2');
  await run('delete from rollup_values where key_id > 2');
  await rebuildAggregates(fresh.database);
}

test('roll-ups equal a naive recount after writes, redrives, purges and repairs', async () => {
  let seen = 0;
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        events: fc.array(event, { minLength: 1, maxLength: 12 }),
        form: fc.nat(1),
        reread: fc.nat(3),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        failed: fc.array(event, { minLength: 1, maxLength: 6 }),
        isRedriven: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: time.map((before) => ({ before })) },
    { weight: 1, arbitrary: fc.constant('repair' as const) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 6 }), async (steps) => {
      await declare([]);
      await run('truncate raw_events, agg_events_minute, ingest_progress, purged_rows, purges, dlq_events');
      offset = 0;
      await declare(rollups);
      let written: EventRow[] = [];
      for (const one of steps) {
        if (one === 'repair') await damageAndRepair();
        else if ('failed' in one) await storeLater(one.failed, one.isRedriven);
        else if ('before' in one)
          await purge(fresh.database, new Date(one.before), { by: 'tester', now: later, persist });
        else {
          const writer = await openWriter([undefined, 1][one.form]);
          const rows = one.events.map((change) => row(offset++, change));
          const again = written.slice(written.length - one.reread);
          await writer.write(batchOf([...again, ...rows]));
          written = rows;
        }
        await expectRecount();
      }
      seen += (await readEvents()).length;
    }),
    { numRuns: RUNS, examples: [[purgeWithoutNumber]] },
  );
  expect(seen).toBeGreaterThan(RUNS);
});

const revenue = deriveRollups(
  defineEvents({
    types: [
      eventType('purchase', Type.Unsafe({}), {
        rollups: { revenue: sum('/amount').by('/currency').limit(3) },
      }),
    ],
  }),
);
const [revenueRollup] = revenue as readonly [Rollup];

function purchase(amount: string, currency: string, change: Partial<EventRow> = {}): EventRow {
  const payloadJson = `{"amount":${amount},"currency":"${currency}"}`;
  return row(offset++, { eventType: 'purchase', payloadJson, ...change });
}

const view = () => run('select * from rollup_purchase_revenue order by bucket, currency');

test('a roll-up is a view with a column per member', async () => {
  await declare(revenue);
  const writer = await openWriter();
  await writer.write(
    batchOf([purchase('0.1', 'EUR'), purchase('0.2', 'EUR'), purchase('"7"', 'EUR'), purchase('1e1', 'USD')]),
  );
  expect(await view()).toEqual([
    {
      bucket: new Date('2026-11-24T09:00:00Z'),
      currency: 'EUR',
      is_other: false,
      revenue: '0.3',
      events: 2n,
      left_out: 1n,
    },
    {
      bucket: new Date('2026-11-24T09:00:00Z'),
      currency: 'USD',
      is_other: false,
      revenue: '10',
      events: 1n,
      left_out: 0n,
    },
  ]);
});

test('a new roll-up is filled while writers continue, and then equals a recount', async () => {
  const writers = await Promise.all(
    [0, 1].map(async (number) => {
      const writer = createWriter(fresh.database, persist, {
        copyMinEvents: number === 0 ? 1 : Number.POSITIVE_INFINITY,
      });
      await writer.open({ topic: 'events', partition: number }, 0n);
      return writer;
    }),
  );
  let isOver = false;
  const load = writers.map(async (writer, number) => {
    for (let batch = 0; !isOver; batch++) {
      const rows = Array.from({ length: 20 }, (_, n) =>
        row(batch * 20 + n, {
          eventType: 'purchase',
          payloadJson: `{"amount":${batch}.${n},"currency":"C${n % 5}"}`,
        }),
      );
      await writer.write(batchOf(rows, [], number));
    }
  });
  await expect.poll(async () => (await readEvents()).length).toBeGreaterThan(500);
  expect(await declare(revenue)).toBe(1);
  await expectNoDifference();
  const changed = [{ ...revenueRollup, bucketMinutes: 1, keyLimit: 4 }];
  expect(await declare(changed)).toBe(1);
  await expectNoDifference();
  isOver = true;
  await Promise.all(load);
  await expectRecount(changed);
});

test('filling after an interruption, a purge or twice counts each event once', async () => {
  const writer = await openWriter();
  await writer.write(
    batchOf([purchase('1', 'EUR'), purchase('2', 'USD', { eventTime: '2020-01-01T00:00:00Z' })]),
  );
  const lowest = [{ ...revenueRollup, aggregate: 'min' as const, name: 'lowest', viewName: 'rollup_lowest' }];
  const declared = [...revenue, ...lowest];
  const rows = declared.map((one) => ({
    ...{ event_type: one.eventType, name: one.name, aggregate: one.aggregate, member: one.member },
    ...{ dimensions: one.dimensions, bucket_minutes: 60, key_limit: 3, view_name: one.viewName },
  }));
  await run(`select declare_rollups('${JSON.stringify(rows)}')`);
  await writer.write(
    batchOf([purchase('3', 'EUR'), purchase('4', 'USD', { eventTime: '2020-01-01T00:30:00Z' })]),
  );
  await purge(fresh.database, new Date('2020-01-01T00:10:00Z'), { by: 'tester', now: later, persist });
  await writer.write(batchOf([purchase('5', 'GBP')]));
  expect(await declare(declared)).toBe(2);
  await expectRecount(declared);
  await run('select fill_rollup(rollup_id) from rollups');
  expect(await declare(declared)).toBe(0);
  await expectRecount(declared);
});

test('a roll-up that is no longer declared is gone, with its view', async () => {
  await declare(revenue);
  await (await openWriter()).write(batchOf([purchase('1', 'EUR')]));
  await declare([]);
  expect(await run('select from rollup_values')).toEqual([]);
  expect(await run(`select from pg_trigger where tgname in ('count_rollups', 'apply_rollups')`)).toEqual([]);
  await expect(view()).rejects.toThrow('does not exist');
  await (await openWriter()).write(batchOf([purchase('1', 'EUR')]));
});

test('writers do not wait until the rows of a former roll-up are deleted', async () => {
  await declare(revenue);
  const writer = await openWriter();
  await writer.write(batchOf([purchase('1', 'EUR'), purchase('2', 'USD')]));
  const other = openPool(fresh.settings, { applicationName: 'test', connections: 1 });
  let declaring: Promise<unknown> = Promise.resolve();
  await other.begin(async (sql) => {
    await sql`select from rollup_values for update`;
    declaring = declare([]);
    while ((await run('select from rollups')).length > 0);
    await writer.write(batchOf([purchase('3', 'EUR')]));
    expect((await run('select from rollup_values')).length).toBe(2);
  });
  await declaring;
  await other.end();
  expect(await run('select from rollup_values union all select from rollup_keys')).toEqual([]);
});

test('writers that admit keys at the limit agree, and none deadlocks', async () => {
  await declare(rollups);
  const writers = await Promise.all(
    [0, 1, 2].map(async (number) => {
      const writer = createWriter(fresh.database, persist, {
        copyMinEvents: number === 1 ? 1 : Number.POSITIVE_INFINITY,
      });
      await writer.open({ topic: 'events', partition: number }, 0n);
      return writer;
    }),
  );
  for (let round = 0; round < 20; round++) {
    const batches = writers.map((_, number) =>
      batchOf(
        Array.from({ length: 10 }, (_, n) =>
          row(round * 10 + n, {
            eventType: 'order',
            eventTime: `2026-11-24T${String((round + n * 7 + number) % 24).padStart(2, '0')}:30:00Z`,
            payloadJson: `{"n":${round},"k":"${(n + round * number) % 9}","o":["${n}"]}`,
          }),
        ),
        [],
        number,
      ),
    );
    await Promise.all(writers.map((writer, number) => writer.write(batches[number] ?? batchOf([]))));
  }
  await expectRecount();
});

test('roll-ups are maintained in partitions, and when one of them is dropped', async () => {
  await declare(rollups);
  const at = (eventTime: string, n: number) =>
    row(offset++, {
      eventId: `${dayAfter(new Date(eventTime), 0).firstId.slice(0, 14)}7000-8000-00000000000${n}`,
      eventType: 'order',
      eventTime,
      payloadJson: `{"n":${n},"k":"EUR"}`,
    });
  await (await openWriter()).write(batchOf([at('2026-11-24T10:00:00Z', 1)]));
  await partitionEvents(fresh.database, new Date('2026-11-24T12:00:00Z'), 2, persist);
  for (const copyMinEvents of [undefined, 1]) {
    const writer = await openWriter(copyMinEvents);
    await writer.write(
      batchOf([
        at('2026-11-25T10:00:00Z', copyMinEvents ?? 2),
        at('2026-11-26T10:00:00Z', copyMinEvents ?? 3),
      ]),
    );
    await expectRecount();
  }
  await purge(fresh.database, new Date('2026-11-26T00:00:00Z'), { by: 'tester', now: later, persist });
  expect((await readEvents()).length).toBe(2);
  await expectRecount();
});

test('verification finds changed roll-ups, and a repair corrects them', async () => {
  await declare(revenue);
  const writer = await openWriter();
  await writer.write(
    batchOf([purchase('1', 'EUR'), purchase('2', 'USD'), purchase('3', 'GBP'), purchase('4', 'CHF')]),
  );
  await run(`update rollup_values set value = 1.5 where key_id = 1`);
  await run(`delete from rollup_values where key_id = 2`);
  await run(`update rollup_values set left_out = 7 where key_id = 0`);
  const differences = (await compareTables(fresh.database)).filter(({ table }) => table === 'rollup_values');
  expect(differences.map(({ key, expected, found }) => `${key}: ${expected} / ${found}`)).toEqual([
    'rollup_purchase_revenue 2026-11-24T09:00Z other: 2, 1 events / 2, 1 events, 7 left out',
    expect.stringMatching(/2026-11-24T09:00Z \{[A-Z]{3}\}: \d, 1 events \/ (1\.5, 1 events|no row)$/),
    expect.stringMatching(/2026-11-24T09:00Z \{[A-Z]{3}\}: \d, 1 events \/ (1\.5, 1 events|no row)$/),
  ]);
  expect(await rebuildAggregates(fresh.database)).toEqual({ written: 0, removed: 0, rollups: 3 });
  await expectRecount(revenue);
});

test('several statements of a transaction are added together', async () => {
  await declare(revenue);
  const insert = (...payloads: readonly string[]) =>
    `insert into raw_events (event_id, event_type, event_time, payload)
     select gen_random_uuid(), 'purchase', '2026-11-24T09:00Z', payload::jsonb
     from unnest(array[${payloads.map((one) => `'${one}'`).join()}]::text[]) as payload`;
  const [euro, dollar, pound, franc] = ['EUR', 'USD', 'GBP', 'CHF'].map(
    (currency) => `{"amount":1.5,"currency":"${currency}"}`,
  ) as [string, string, string, string];
  /** The statements of one query are one transaction. */
  const commit = (...inserts: readonly string[]) =>
    run([...inserts, "update ingest_progress set updated_at = now() where topic = 'none'"].join(';'));
  await commit(insert(euro, euro));
  await commit(insert(euro, dollar), insert(dollar, pound, franc), insert());
  await commit(insert(franc), insert(franc, euro));
  const values = (await view()).map((one) => [one['currency'], one['revenue'], one['events']]);
  // Of two new keys with one event each, the first one in their order took the last place.
  expect(values).toEqual([
    ['CHF', '4.5', 3n],
    ['EUR', '6', 4n],
    ['USD', '3', 2n],
    [null, '1.5', 1n],
  ]);
  const differences = (await compareTables(fresh.database)).filter(({ table }) => table === 'rollup_values');
  expect(differences.filter(({ expected, found }) => expected !== found)).toEqual([]);
});

test('a name that something else has is not taken for a view', async () => {
  await run('create table rollup_purchase_revenue ()');
  await expect(declare(revenue)).rejects.toThrow(
    'something else has the name of the view rollup_purchase_revenue',
  );
  expect(await run('select from rollups')).toEqual([]);
});

/** Replaces the tables with those of an earlier revision: of the migrations whose names come before this one. */
async function createEarlierTables(firstMissing: string): Promise<void> {
  const earlier = readMigrations(migrationsFolder).filter(({ name }) => name < firstMissing);
  await fresh[Symbol.asyncDispose]();
  fresh = await createFreshDatabase(inject('postgresUrl'), earlier);
}

async function openTwoWriters(): Promise<() => Promise<void>> {
  const writers = [await openWriter(), await openWriter(1)];
  return async () => {
    for (const writer of writers) await writer.write(batchOf([purchase('1.5', 'EUR'), purchase('2', 'USD')]));
  };
}

test('earlier consumers maintain roll-ups, also while the tables are migrated', async () => {
  await createEarlierTables('0032');
  const write = await openTwoWriters();
  await write();
  await migrate(fresh.settings);
  await write();
  await Promise.all([declare(revenue), write()]);
  await write();
  await expectRecount(revenue);
});

test.each(['0033_faster_rollups.sql', '0034_rollups_of_small_batches.sql'])(
  '%s, which replaces the triggers, loses nothing that consumers write',
  async (replacing) => {
    await createEarlierTables(replacing);
    await declare(revenue);
    const write = await openTwoWriters();
    await write();
    let isMigrated = false;
    const writing = (async () => {
      while (!isMigrated) await write();
    })();
    expect(await migrate(fresh.settings)).toContain(replacing);
    isMigrated = true;
    await writing;
    await write();
    await expectRecount(revenue);
  },
);
