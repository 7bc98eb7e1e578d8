import { expect, test } from 'vitest';
import { jsonRecord } from './support/data/events.ts';
import { ownEvents, writeDefinition } from './support/data/own-events.ts';
import { type Ended, provision, runApp } from './support/programs/programs.ts';
import { createPipeline, type Pipeline } from './support/servers/pipeline.ts';

type Files = Readonly<Record<string, unknown>>;

const { folder } = ownEvents;

/** Runs a program with a folder of these schemas. */
async function withSchemas(
  { environment }: Pipeline,
  files: Files,
  run: (environment: Pipeline['environment']) => Promise<Ended>,
): Promise<Ended> {
  await using definition = await writeDefinition({ ...folder, files });
  return await run({ ...environment, EVENTS: definition.path });
}

const migrate = (pipeline: Pipeline, files: Files) =>
  withSchemas(pipeline, files, (environment) => runApp('consumer', ['migrate'], environment));

/** The schemas with other keywords in one of them. */
function change(files: Files, name: string, changes: object): Files {
  return { ...files, [name]: { ...(files[name] as object), ...changes } };
}

const query = (pipeline: Pipeline, text: string) => pipeline.database.run((sql) => sql.unsafe(text));

const columns = `select string_agg(attname || ' ' || format_type(atttypid, null), ', ' order by attnum) as columns
  from pg_attribute where attnum > 7 and attrelid = `;

test('the views of JSON Schemas survive two evolutions with a dependent view', async () => {
  await using pipeline = await createPipeline();
  expect(await migrate(pipeline, folder.files)).toMatchObject({
    code: 0,
    stderr: expect.stringContaining(
      'created or changed event_orderpaid, event_customer_changed, event_order_placed"',
    ),
  });
  await pipeline.publish(folder.valid.map((event) => jsonRecord(event)));
  const consume = () =>
    withSchemas(pipeline, folder.files, (environment) => runApp('consumer', ['--once'], environment));
  expect(await consume()).toMatchObject({ code: 0 });
  await query(
    pipeline,
    `create view mine as select email, at, customer ->> 'id' as customer, payment
     from event_order_placed left join event_customer_changed on id = customer ->> 'id' cross join event_orderpaid`,
  );
  const rows = await query(pipeline, 'select * from mine order by payment');
  const shared = { email: 'someone@example.com', at: new Date('2026-11-24T09:30:12Z') };
  const customer = '6f1c2ff0-3a3e-4c8e-8b0a-7d6fb1d1a001';
  expect(rows).toEqual([
    { ...shared, customer, payment: { card: '4242' } },
    { ...shared, customer, payment: { iban: 'DE89' } },
  ]);
  const properties = { at: { type: 'string', format: 'date-time' }, cents: { type: 'integer' } };
  const first = change(folder.files, 'OrderPaid.json', { properties });
  const second = change(first, 'order.placed.schema.json', { required: ['customer'] });
  expect(await migrate(pipeline, first)).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('created or changed event_orderpaid"'),
  });
  expect(await migrate(pipeline, second)).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('views are up to date'),
  });
  expect(await query(pipeline, 'select * from mine order by payment')).toEqual(rows);
  expect(await query(pipeline, `${columns} 'event_orderpaid'::regclass`)).toEqual([
    { columns: 'at timestamp with time zone, cents bigint' },
  ]);
});

test('an incompatible change of a type is refused in one line, and changes no view', {
  tags: 'long',
}, async () => {
  await using pipeline = await createPipeline();
  expect(await withSchemas(pipeline, folder.files, provision)).toMatchObject({ code: 0 });
  const properties = { at: { type: 'integer' } };
  for (const run of [migrate, (one: Pipeline, files: Files) => withSchemas(one, files, provision)]) {
    const ended = await run(pipeline, change(folder.files, 'OrderPaid.json', { properties }));
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(
      /^ {2}EVENTS: view event_orderpaid: column at is timestamptz, .* makes it bigint; register the new form/m,
    );
  }
  expect(await query(pipeline, `${columns} 'event_orderpaid'::regclass`)).toEqual([
    { columns: 'at timestamp with time zone' },
  ]);
});

test('all names that cannot be those of views and columns are refused at once', async () => {
  await using pipeline = await createPipeline();
  const files = {
    'a.b.json': { properties: { event_id: {}, payload_event_id: {} } },
    'a_b.json': {},
    [`${'x'.repeat(58)}.json`]: {},
  };
  const ended = await migrate(pipeline, files);
  expect(ended).toMatchObject({ code: 2, stdout: '' });
  expect(ended.stderr.match(/(?<=: )types? .*?(?=: name another)/g)).toEqual([
    expect.stringMatching(/^type x+: its view "event_x+" has 64 bytes, and Postgres allows 63$/),
    'types a.b, a_b: have the same view "event_a_b"',
    'type a.b: the members "event_id", "payload_event_id" have the same column "payload_event_id"',
  ]);
  expect(await query(pipeline, `select to_regclass('event_a_b') as view`)).toEqual([{ view: null }]);
});
