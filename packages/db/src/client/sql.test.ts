import { expect, test } from 'vitest';
import { inSchema, type Sql } from './sql.ts';

/** A driver that returns what it is called with. */
const driver = Object.assign((...args: readonly unknown[]) => args, {
  unsafe: (...args: readonly unknown[]) => args,
  begin: (options: string, run: (sql: unknown) => unknown) => [options, run(driver)],
  end: () => 'ended',
});

const sql = inSchema(driver as unknown as Sql, 'team_a') as unknown as typeof driver;

/** The texts of a template, and its values. */
const partsOf = ([template, ...values]: readonly unknown[]) => [
  ...(template as readonly string[]),
  ...values,
];

test('the schema replaces pipeline in templates, unsafe texts and transactions', () => {
  expect(partsOf(sql`select from pipeline.raw_events, ${1}, 'pipeline.dlq_events'::regclass`)).toEqual([
    'select from "team_a".raw_events, ',
    `, '"team_a".dlq_events'::regclass`,
    1,
  ]);
  expect(sql.unsafe('table pipeline."Raw"', [1])).toEqual(['table "team_a"."Raw"', [1]]);
  expect(sql.begin('read write', (one) => (one as typeof driver).unsafe('table pipeline.purges'))).toEqual([
    'read write',
    ['table "team_a".purges'],
  ]);
  expect(partsOf(sql`select from pipeline.${'name'}`)).toEqual(['select from "team_a".', '', 'name']);
});

test('parameters, longer names and other members of the driver stay as they are', () => {
  const text = 'pipeline.raw_events';
  expect(partsOf(sql`select ${text}`)).toEqual(['select ', '', text]);
  const others = 'my_pipeline.x, "pipeline".x, a.pipeline.x, the pipeline. It';
  expect(sql.unsafe(others)).toEqual([others]);
  expect(sql('pipeline.column')).toEqual(['pipeline.column']);
  expect(sql.end()).toBe('ended');
});

test('a template is converted once per schema, whatever the number of pools', () => {
  const run = (schema: string) => {
    const one = inSchema(driver as unknown as Sql, schema) as unknown as typeof driver;
    return (() => one`select from pipeline.raw_events`)()[0];
  };
  expect(run('team_b')).toBe(run('team_b'));
  expect([...(run('team_c') as readonly string[])]).toEqual(['select from "team_c".raw_events']);
});

test('the text of a prepared statement gets the schema too, whenever it is run', () => {
  const prepared = { prepare: true };
  for (const value of [1, 2])
    expect(sql.unsafe('table pipeline.raw_events', [value], prepared)).toEqual([
      'table "team_a".raw_events',
      [value],
      prepared,
    ]);
});
