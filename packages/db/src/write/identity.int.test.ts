import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { openPool } from '../client/connect.ts';
import { batchOf, deadLetter, row } from '../testing/batches.ts';
import { createFreshDatabase, type FreshDatabase } from '../testing/fresh-database.ts';
import { agreeOnIdentity } from './identity.ts';
import { createWriter, type Writer } from './writer.ts';

const BUILT_IN = '["id","/event_id",null]';
const OTHER = '["cloudevents"]';

let fresh: FreshDatabase;

beforeAll(async () => {
  fresh = await createFreshDatabase(inject('postgresUrl'));
});
afterAll(() => fresh[Symbol.asyncDispose]());
beforeEach(() => run('truncate raw_events, agg_events_minute, dlq_events, ingest_progress'));

const run = (text: string) => fresh.database.run((sql) => sql.unsafe(text));
const ledgers = () =>
  fresh.database.run(
    (sql) => sql<{ partition: number; identity: string; resets: number }[]>`
      select partition, identity, resets from ingest_progress order by 1`,
  );

const writerOf = (identity?: string): Writer =>
  createWriter(fresh.database, (statement) => statement(), identity === undefined ? {} : { identity });
const open = (writer: Writer, partition = 0, topic = 'events') => writer.open({ topic, partition }, 0n);

test('the ledger records the id rule, by default that of the built-in definition', async () => {
  await open(writerOf());
  await open(writerOf(OTHER), 0, 'others');
  const found = await run('select topic, identity, resets from ingest_progress order by 1');
  expect(found).toEqual([
    { topic: 'events', identity: BUILT_IN, resets: 0 },
    { topic: 'others', identity: OTHER, resets: 0 },
  ]);
});

test.each(['stored', 'duplicates'])('another id rule is refused if a ledger has %s', async (counted) => {
  await open(writerOf());
  await run(`update ingest_progress set next_offset = 1, ${counted} = 1`);
  await open(writerOf(), 1);
  for (const partition of [0, 1, 2])
    await expect(open(writerOf(OTHER), partition)).rejects.toMatchObject({
      message:
        `topic events has events whose ids follow the rule ${BUILT_IN}, ` +
        `but the definition has the rule ${OTHER}`,
      remedy: 'restore the former rule, or give the definition a schema of its own with DATABASE_SCHEMA',
      code: 2,
    });
  expect(await open(writerOf(), 2)).toMatchObject({ resets: 1 });
});

test('a ledger that a version without definitions has opened has the built-in rule', async () => {
  await open(writerOf());
  await run(`update ingest_progress set identity = null, next_offset = 1, stored = 1`);
  await expect(open(writerOf(OTHER))).rejects.toThrow(BUILT_IN);
  expect(await open(writerOf())).toMatchObject({ nextOffset: 1n, resets: 0 });
  expect(await ledgers()).toEqual([{ partition: 0, identity: BUILT_IN, resets: 0 }]);
});

test('a topic without events takes another rule, which fences consumers of the former', async () => {
  const [former, present] = [writerOf(), writerOf(OTHER)];
  await open(former, 0);
  await open(former, 1);
  await former.write(batchOf([], [deadLetter(0)]));
  expect(await open(present, 1)).toMatchObject({ nextOffset: 0n, resets: 1 });
  expect(await ledgers()).toEqual([
    { partition: 0, identity: OTHER, resets: 1 },
    { partition: 1, identity: OTHER, resets: 1 },
  ]);
  await expect(former.write(batchOf([row(1)]))).rejects.toThrow('another consumer has reset the ledger');
  await present.write(batchOf([row(0)], [], 1));
  await expect(open(former)).rejects.toThrow('has events whose ids follow the rule');
});

test('of two consumers that open a topic at once with two rules, one can write', async () => {
  await open(writerOf(), 0);
  await run(`insert into ingest_progress (topic, partition, start_offset, next_offset, identity)
             values ('events', 1, 0, 0, '${OTHER}')`);
  const holder = openPool(fresh.settings, { applicationName: 'holder', connections: 1 });
  let agreeing: Promise<readonly number[]> | undefined;
  await holder.begin(async (sql) => {
    await sql`select from ingest_progress for update`;
    const rules = [BUILT_IN, OTHER];
    agreeing = Promise.all(
      rules.map((rule, partition) => agreeOnIdentity(fresh.database, { topic: 'events', partition }, rule)),
    );
    await expect.poll(() => run(waiting)).toEqual([{ n: 2 }]);
  });
  await holder.end();
  const agreed = await agreeing;
  const found = await ledgers();
  expect(new Set(found.map(({ identity }) => identity)).size).toBe(1);
  // The other one is fenced, because its ledger was reset since.
  expect(found.filter(({ resets }, partition) => resets === agreed?.[partition])).toHaveLength(1);
});

const waiting = `select count(*)::int as n from pg_stat_activity
  where datname = current_database() and wait_event_type = 'Lock'`;
