import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectDatabase, type Database } from '@pipeline/db';
import { partitionEvents } from '@pipeline/db/maintenance';
import { decodeEvent } from '@pipeline/schema';
import { freshName, settingsFor, testStack } from '@pipeline/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listViolations } from './support/data/invariants.ts';
import { readCatalog } from './support/docs/catalog.ts';
import { readCommandBlocks } from './support/docs/documented-commands.ts';
import { readQueries, showResult } from './support/docs/documented-queries.ts';
import { documentedSql } from './support/docs/documented-sql.ts';
import { rootFolder } from './support/programs/binaries.ts';
import { createBuiltInViews } from './support/servers/built-in-views.ts';

const page = 'docs/tables.md';
const queries = readQueries(page);
const stack = new AsyncDisposableStack();
let owner: Database;
let analyst: Database;

/** The tables of the page: partitioned by day before its first event, with the login that it creates. */
beforeAll(async () => {
  const url = await testStack().createDatabase();
  owner = stack.use(open(url));
  await createBuiltInViews(url);
  await partitionEvents(owner, new Date('2026-11-23T12:00:00Z'), 3, (step) => step());
  await runAll(owner, readFileSync(join(rootFolder, 'examples/tables/events.sql'), 'utf8'));
  const login = freshName('analyst');
  await runAll(owner, documentedSql('create role analyst', 'secret').replaceAll('analyst', login));
  analyst = stack.use(open(Object.assign(new URL(url), { username: login, password: 'secret' }).href));
  await runAll(analyst, documentedSql('create function reports.', ''));
});

afterAll(() => stack.disposeAsync());

function open(url: string): Database {
  return connectDatabase(settingsFor(url), { applicationName: 'e2e', connections: 1 });
}

async function runAll(database: Database, statements: string): Promise<void> {
  await database.run((sql) => sql.unsafe(statements).simple());
}

test('every query of docs/tables.md returns the rows that it shows', async () => {
  const unmarked = readCommandBlocks().filter((block) => block.page === page && block.marks.length === 0);
  expect(queries.map(({ sql }) => sql)).toEqual(unmarked.map(({ text }) => text));
  expect(queries.length).toBeGreaterThan(15);
  for (const { sql, shown } of queries)
    expect(`${sql}\n${await showResult(analyst, sql)}`).toBe(`${sql}\n${shown}`);
});

test('the example of docs/tables.md is what the consumer stores', async () => {
  expect(await listViolations(owner)).toEqual([]);
  const values = await owner.run(
    (sql) => sql<{ value: string; reason: string | null; detail: string | null }[]>`
      select jsonb_build_object('event_id', event_id, 'event_type', event_type, 'event_time', event_time,
                                'user_id', user_id, 'payload', payload)::text as value, null as reason, null as detail
      from raw_events
      union all select convert_from(value, 'UTF8'), reason, detail from dlq_events`,
  );
  for (const { value, reason, detail } of values) {
    const result = decodeEvent(Buffer.from(value));
    const found = result.ok ? [null, null] : [result.reason, `${result.path} ${result.message}`.trim()];
    expect(found, value).toEqual([reason, detail]);
  }
});

// A reader may add the result of a verification (docs/secure.md).
test('an analyst changes no table of the pipeline, and has views of its own', async () => {
  const relations = await readCatalog(owner);
  for (const { name } of relations)
    for (const change of [
      `delete from ${name}`,
      `insert into ${name} default values`,
      `create index on ${name} ((1))`,
    ].filter((change) => !change.startsWith('insert into verifications')))
      await expect(runAll(analyst, change), change).rejects.toMatchObject({ code: '42501' });
  await runAll(analyst, documentedSql('create materialized view', ''));
  expect(await showResult(analyst, 'select amount from reports.revenue order by amount')).toContain(
    '| 148.5 |',
  );
});

test('every index of docs/tables.md can be added, also without blocking writers', async () => {
  const statements =
    readFileSync(join(rootFolder, page), 'utf8').match(/(?<=^\| `)create index [^`]+/gm) ?? [];
  expect(statements.length).toBeGreaterThan(5);
  const inSteps = documentedSql('create index concurrently', '').split(/;\n/).filter(Boolean);
  for (const statement of [...statements, ...inSteps, 'set enable_seqscan = off'])
    await runAll(owner, statement);
  const query = "explain (costs off) select * from event_purchase where order_id = 'order-7'";
  expect(await showResult(owner, query)).toContain(
    "Index Cond: ((payload ->> 'order_id'::text) = 'order-7'::text)",
  );
});

test('docs/tables.json is up to date, and each table and column has a comment', async () => {
  const url = await testStack().createDatabase();
  await createBuiltInViews(url);
  await using database = open(url);
  const relations = await readCatalog(database);
  const uncommented = relations.flatMap(({ name, comment, columns }) =>
    [{ name: '', comment }, ...columns].flatMap((one) => (one.comment === null ? `${name}.${one.name}` : [])),
  );
  expect(uncommented).toEqual([]);
  const text = `${JSON.stringify(relations, null, 2)}\n`;
  await expect(text).toMatchFileSnapshot(join(rootFolder, 'docs/tables.json'));
});
