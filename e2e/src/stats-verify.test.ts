import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createFilledPipeline } from './support/data/filled.ts';
import { runApp } from './support/programs/programs.ts';
import type { Pipeline } from './support/servers/pipeline.ts';

const tables = ['raw_events', 'agg_events_minute', 'dlq_events', 'ingest_progress'] as const;

let pipeline: Pipeline;

/**
 * Keeps a copy of all tables; drops the check constraint, so that a test can write a wrong sum to the ledger.
 */
beforeAll(async () => {
  pipeline = await createFilledPipeline();
  await run('alter table ingest_progress drop constraint ingest_progress_check; create schema kept');
  for (const table of tables) await run(`create table kept.${table} as table ${table}`);
});
beforeEach(async () => {
  await run(`truncate ${tables.join()}`);
  for (const table of tables) await run(`insert into ${table} overriding system value table kept.${table}`);
});
afterAll(() => pipeline[Symbol.asyncDispose]());

const run = (text: string) => pipeline.database.run((sql) => sql.unsafe(text).simple());
const runVerify = (...args: readonly string[]) => runApp('stats', ['verify', ...args], pipeline.environment);

/** A digest of each table, over all columns and rows. */
async function fingerprints(): Promise<unknown> {
  const columns = tables.map(
    (table) => `(select md5(string_agg(t::text, ',' order by t::text)) from ${table} t) as ${table}`,
  );
  const [found] = await pipeline.database.run((sql) => sql.unsafe(`select ${columns.join()}`));
  return found;
}

test('verify exits with 0 after a normal run', async () => {
  const [table, json, other] = await Promise.all([
    runVerify(),
    runVerify('--json'),
    runApp('stats', ['--json', 'verify'], pipeline.environment),
  ]);
  expect(table).toEqual({ code: 0, stdout: 'everything adds up, with 4 events\n', stderr: '' });
  expect(other).toEqual(json);
  expect(json).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(json.stdout)).toStrictEqual({ schemaVersion: 1, events: '4', differences: [] });
});

test('the latest result is kept, unless the ledger was not compared with Kafka', {
  tags: 'long',
}, async () => {
  const shown = async () =>
    /^Last verify: .*$/m.exec((await runApp('stats', [], pipeline.environment)).stdout)?.[0];
  await runVerify();
  expect(await shown()).toMatch(/ ago, no differences$/);
  await run(`update agg_events_minute set event_count = 7 where event_type = 'signup'`);
  expect(await runVerify()).toMatchObject({ code: 3 });
  expect(await shown()).toMatch(/ ago, 1 difference$/);
  await runVerify('--repair');
  await run('truncate verifications');
  await runApp('stats', ['verify'], { ...pipeline.environment, KAFKA_BROKERS: '127.0.0.1:1' });
  expect(await shown()).toBe('Last verify: never');
});

test('without the right to keep its result, verify still reports it', async () => {
  await run('alter table verifications rename to others');
  const { code, stderr } = await runVerify();
  await run('alter table others rename to verifications');
  expect(code).toBe(0);
  expect(stderr).toMatch(/^stats: the result was not kept for the statistics: .*\(42P01\)\n$/);
});

/** A manual change of the tables. */
interface Tampering {
  readonly name: string;
  readonly sql: string;
  /** The differences it causes: table, key, expected, found. */
  readonly differences: readonly (readonly string[])[];
}

const ofTopic = (key: string) => `TOPIC/${key}`;

const tamperings: readonly Tampering[] = [
  {
    name: 'a wrong aggregate',
    sql: `update agg_events_minute set event_count = 7 where minute = '2026-11-24T09:30Z'`,
    differences: [['agg_events_minute', '2026-11-24T09:30Z page_view', '2', '7']],
  },
  {
    name: 'a missing aggregate',
    sql: `delete from agg_events_minute where event_type = 'signup'`,
    differences: [['agg_events_minute', '2026-11-24T09:31Z signup', '1', 'no row']],
  },
  {
    name: 'an extra aggregate',
    sql: `insert into agg_events_minute values ('2026-11-24T09:32Z', 'search', 5)`,
    differences: [['agg_events_minute', '2026-11-24T09:32Z search', 'no row', '5']],
  },
  {
    name: "a wrong sum in a partition's ledger",
    sql: 'update ingest_progress set duplicates = 2 where partition = 0',
    differences: [['ingest_progress', ofTopic('0 sum'), '3', '4']],
  },
  {
    name: 'a deleted event',
    sql: `delete from raw_events where event_type = 'signup'`,
    differences: [
      ['agg_events_minute', '2026-11-24T09:31Z signup', 'no row', '1'],
      ['raw_events', 'rows', '4', '3'],
    ],
  },
  {
    name: 'a deleted dead letter',
    sql: `delete from dlq_events where reason = 'not_an_event'`,
    differences: [['dlq_events', ofTopic('2 rows'), '2', '1']],
  },
  {
    name: 'a ledger behind the committed offset',
    sql: `update ingest_progress set start_offset = start_offset - 1, next_offset = next_offset - 1
          where partition = 1`,
    differences: [['ingest_progress', ofTopic('1 next_offset'), 'at least 2, the committed offset', '1']],
  },
  {
    name: 'a ledger beyond the end of the log',
    sql: `update ingest_progress set start_offset = start_offset + 10, next_offset = next_offset + 10
          where partition = 1`,
    differences: [['ingest_progress', ofTopic('1 next_offset'), 'at most 2, the end offset', '12']],
  },
];

const differencesOf = (differences: readonly (readonly string[])[]) =>
  differences.map((cells) => cells.map((cell) => cell.replace('TOPIC', pipeline.topic)));

/** The cells of a printed table, without the header. */
const cellsOf = (table: string) =>
  table
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/ {2,}/));

test.each(tamperings)(
  '$name is reported with table, key, expected and found',
  async ({ sql, differences }) => {
    await run(sql);
    const before = await fingerprints();
    const [table, json] = await Promise.all([runVerify(), runVerify('--json')]);
    const message = new RegExp(`^stats: differences found: ${differences.length};.*verify --repair.*\n$`);
    for (const ended of [table, json])
      expect(ended).toMatchObject({ code: 3, stderr: expect.stringMatching(message) });
    const expected = differencesOf(differences);
    expect(table.stdout).toMatch(/^TABLE +KEY +EXPECTED +FOUND\n/);
    expect(cellsOf(table.stdout)).toEqual(expected);
    expect(JSON.parse(json.stdout)).toStrictEqual({
      schemaVersion: 1,
      events: sql.includes('from raw_events') ? '3' : '4',
      differences: expected.map(([name, key, value, found]) => ({
        table: name,
        key,
        expected: value,
        found,
      })),
    });
    expect(await fingerprints()).toEqual(before);
  },
);

test('verify --repair fixes the aggregates and changes no other table', async () => {
  const before = await fingerprints();
  for (const { sql } of tamperings.slice(0, 3)) await run(sql);
  expect(await fingerprints()).not.toEqual(before);
  expect(await runVerify('--repair')).toEqual({
    code: 0,
    stdout: 'everything adds up, with 4 events\n',
    stderr: 'stats: rebuilt the aggregates: 2 rows corrected or added, 1 deleted\n',
  });
  expect(await fingerprints()).toEqual(before);
});

test('verify --repair still reports differences that it cannot fix', async () => {
  for (const { sql } of tamperings.slice(3)) await run(sql);
  const { agg_events_minute: _, ...before } = Object(await fingerprints());
  const { code, stdout } = await runVerify('--repair');
  expect(code).toBe(3);
  expect(cellsOf(stdout).map(([table]) => table)).toEqual([
    'dlq_events',
    'ingest_progress',
    'raw_events',
    'ingest_progress',
  ]);
  const { agg_events_minute: __, ...after } = Object(await fingerprints());
  expect(after).toEqual(before);
});

test('without Kafka, verify compares the tables and reports the rest as an error', {
  tags: 'long',
}, async () => {
  const change = { ...pipeline.environment, KAFKA_BROKERS: '127.0.0.1:1' };
  const good = await runApp('stats', ['verify'], change);
  expect(good).toMatchObject({
    code: 1,
    stdout: 'everything adds up, with 4 events\n',
    stderr: expect.stringMatching(/^stats: the ledger was not compared with Kafka; .*KAFKA_BROKERS\n$/),
  });
  await run(tamperings[0]?.sql ?? '');
  expect(await runApp('stats', ['verify'], change)).toMatchObject({ code: 3 });
});
