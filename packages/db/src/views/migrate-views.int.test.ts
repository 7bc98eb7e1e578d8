import { readSettings } from '@pipeline/runtime';
import { type ColumnType, deriveViews, type EventView, Type } from '@pipeline/schema';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { openPool } from '../client/connect.ts';
import { databaseSettings } from '../client/settings.ts';
import { partitionEvents } from '../maintenance/partition.ts';
import { migrate } from '../migrate.ts';
import { createFreshDatabase, type FreshDatabase } from '../testing/fresh-database.ts';
import { migrateViews } from './migrate-views.ts';

let fresh: FreshDatabase;
beforeEach(async () => {
  fresh = await createFreshDatabase(inject('postgresUrl'));
});
afterEach(() => fresh[Symbol.asyncDispose]());

const run = (text: string) => fresh.database.run((sql) => sql.unsafe(text));
const apply = (...views: readonly EventView[]) => migrateViews(fresh.settings, views);

/** The view of a type with these members. */
function viewOf(members: Readonly<Record<string, object>>, type = 'order'): EventView {
  const [view] = deriveViews({ types: { [type]: Type.Unsafe({ properties: members }) } });
  if (view === undefined) throw new Error('no view');
  return view;
}

const text = { type: 'string' };
const integer = { type: 'integer', description: 'How many' };

async function columnsOf(view: string): Promise<readonly string[]> {
  const rows = await run(`select attname || ' ' || format_type(atttypid, null) as column from pg_attribute
    where attrelid = '${view}'::regclass and attnum > 7 order by attnum`);
  return rows.map(({ column }) => column);
}

async function store(type: string, payload: object): Promise<void> {
  await run(`insert into raw_events (event_id, event_type, event_time, payload)
    values ('${crypto.randomUUID()}', '${type}', now(), '${JSON.stringify(payload)}')`);
}

test('a second run changes nothing and waits for no query of a view', async () => {
  const view = viewOf({ a: text });
  expect(await apply(view)).toEqual(['event_order']);
  const reader = openPool(fresh.settings, { applicationName: 'reader', connections: 1 });
  await reader.begin(async (one) => {
    await one`select from event_order`;
    expect(await apply(view)).toEqual([]);
  });
  await reader.end();
});

test('two evolutions append columns, keep removed ones, and break no dependent view', async () => {
  await apply(viewOf({ a: text, b: integer }));
  await run('create view mine as select *, b + 1 as c from event_order');
  await store('order', { a: 'x', b: 1.0, d: true });
  expect(await apply(viewOf({ d: { type: 'boolean' }, b: integer }))).toEqual(['event_order']);
  expect(await apply(viewOf({ e: {}, b: integer, d: { type: ['boolean', 'null'] } }))).toEqual([
    'event_order',
  ]);
  expect(await columnsOf('event_order')).toEqual(['a text', 'b bigint', 'd boolean', 'e jsonb']);
  expect(await run('select a, b::int, c::int from mine')).toEqual([{ a: 'x', b: 1, c: 2 }]);
  expect(await run('select a, d, e from event_order')).toEqual([{ a: 'x', d: true, e: null }]);
});

test('a column that would change its type is refused, and no view is changed', async () => {
  await apply(viewOf({ a: text }));
  const changed = viewOf({ a: integer, b: text });
  await expect(apply(viewOf({}, 'other'), changed)).rejects.toMatchObject({
    problems: [
      expect.stringMatching(/^EVENTS: view event_order: column a is text, and .* makes it bigint; /),
    ],
  });
  expect(await columnsOf('event_order')).toEqual(['a text']);
  expect(await run(`select to_regclass('event_other') as other`)).toEqual([{ other: null }]);
});

test.each(['table', 'index', 'view'])(
  'a %s of that name that is not of the pipeline is kept',
  async (kind) => {
    const statement = {
      table: 'create table event_order (a int)',
      index: 'create index event_order on raw_events (event_time)',
      view: 'create view event_order as select 1 as a',
    }[kind];
    await run(statement ?? '');
    await expect(apply(viewOf({ a: text }))).rejects.toThrow(
      'view event_order: something else has this name',
    );
  },
);

test('a view that a user has created in place of one of the pipeline is kept', async () => {
  await apply(viewOf({ a: text }));
  const columns = 'event_id, event_type, event_time, user_id, attributes, ingested_at, payload';
  for (const [created, of] of [
    [
      `drop view event_order; create view event_order as select ${columns}, payload ->> 'a' as a`,
      'the same columns',
    ],
    [
      `create or replace view event_order as select ${columns}, payload ->> 'a' as a, 1 as one`,
      'more columns',
    ],
  ]) {
    await fresh.database.run((sql) => sql.unsafe(`${created} from raw_events`).simple());
    const replacing = apply(viewOf({ a: text, b: integer }));
    await expect(replacing, of).rejects.toMatchObject({
      problems: [expect.stringMatching(/^EVENTS: view event_order: something else has this name/)],
    });
    await run("comment on view event_order is 'mine'");
  }
});

test('a view with a column of each member can be copied to a table', async () => {
  await apply(viewOf({ ctid: text, xmin: integer, tableoid: {} }));
  await store('order', { ctid: 'x', xmin: 1 });
  await run('create table copied as select * from event_order');
  expect(await run('select payload_ctid, payload_xmin::int from copied')).toEqual([
    { payload_ctid: 'x', payload_xmin: 1 },
  ]);
});

test('a dropped view is created again without the columns of removed members', async () => {
  await apply(viewOf({ a: text, b: text }));
  await run('drop view event_order');
  expect(await apply(viewOf({ b: { type: 'number' } }))).toEqual(['event_order']);
  expect(await columnsOf('event_order')).toEqual(['b numeric']);
});

test('each schema has views of its own, without any search_path', async () => {
  const url = new URL(fresh.settings.DATABASE_URL.text);
  url.searchParams.set('options', '-csearch_path=');
  for (const schema of ['team_a', 'team_b']) {
    const settings = readSettings(databaseSettings, { DATABASE_URL: url.href, DATABASE_SCHEMA: schema });
    await migrate(settings);
    expect(await migrateViews(settings, [viewOf({ [schema]: text })])).toEqual(['event_order']);
    await run(`insert into ${schema}.raw_events (event_id, event_type, event_time, payload)
      values (gen_random_uuid(), 'order', now(), '{"${schema}":"own"}')`);
  }
  expect(await run('select team_a from team_a.event_order')).toEqual([{ team_a: 'own' }]);
  expect(await run('select team_b from team_b.event_order')).toEqual([{ team_b: 'own' }]);
  const may = (role: string, schema: string) =>
    `has_table_privilege('pipeline_${role}', '${schema}.event_order', 'select')`;
  expect(
    await run(`select ${may('team_a_reader', 'team_a')} as own, ${may('team_a_reader', 'team_b')} as other`),
  ).toEqual([{ own: true, other: false }]);
});

test('concurrent runs create each view once', async () => {
  const views = [viewOf({ a: text }), viewOf({ b: text }, 'other')];
  const changed = await Promise.all([1, 2, 3].map(() => apply(...views)));
  expect(changed.flat()).toEqual(['event_order', 'event_other']);
});

test('readers and operators may read a view, which its owner role owns', async () => {
  await apply(viewOf({ a: text }));
  const may = ['reader', 'operator', 'writer'].map(
    (role) => `has_table_privilege('pipeline_${role}', 'event_order', 'select') as ${role}`,
  );
  const owner = `(select pg_get_userbyid(relowner) from pg_class where relname = 'event_order') as owner`;
  expect(await run(`select ${may.join()}, ${owner}`)).toEqual([
    { reader: true, operator: true, writer: false, owner: 'pipeline_owner' },
  ]);
});

test('every column has a comment, that of a member from its schema', async () => {
  await apply(viewOf({ a: text, b: integer }));
  await partitionEvents(fresh.database, new Date(), 1, (statement) => statement());
  await apply(viewOf({ a: text, b: integer }, 'later'));
  const silent = await run(`
    select oid::regclass || coalesce('.' || attname, '') as name
    from pg_class left join pg_attribute on attrelid = oid and attnum >= 0 and not attisdropped
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v')
      and (col_description(oid, attnum) is null or obj_description(oid, 'pg_class') is null)`);
  expect(silent).toEqual([]);
  const comment = (at: number) => `col_description('event_later'::regclass, ${at})`;
  expect(await run(`select ${comment(1)} as id, ${comment(8)} as a, ${comment(9)} as b`)).toEqual([
    { id: expect.stringMatching(/^Identifies the event;/), a: 'Member a of the payload', b: 'How many' },
  ]);
});

test.each<ColumnType>(['bigint', 'numeric', 'boolean', 'timestamptz'])(
  'an index may be on a %s',
  async (type) => {
    await run(`create index on raw_events (json_${type}(payload -> 'a'))`);
  },
);
