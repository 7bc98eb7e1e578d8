import { expect, inject, test } from 'vitest';
import { connectDatabase } from '../client/connect.ts';
import { batchOf, deadLetter, row } from '../testing/batches.ts';
import { createFreshDatabase } from '../testing/fresh-database.ts';
import { createWriter } from './writer.ts';

/** After this number of executions, Postgres compares the costs of plans with and without the values of parameters. */
const CUSTOM_PLANS = 5;

test('a plan is made once, not for each batch', async () => {
  await using fresh = await createFreshDatabase(inject('postgresUrl'));
  await using database = connectDatabase(fresh.settings, { applicationName: 'test', connections: 1 });
  const writer = createWriter(database, (statement) => statement());
  await writer.open({ topic: 'events', partition: 0 }, 0n);
  const repeated = row(0);
  let offset = 0;
  const write = async () => {
    await writer.write(batchOf([row(offset++)]));
    await writer.write(batchOf([row(offset++)], [deadLetter(offset++)]));
  };
  for (let times = 0; times < 10; times++) await write();
  for (let times = 0; times < 2; times++)
    await writer.write(batchOf([{ ...repeated, record: row(offset++).record }]));
  for (let times = 0; times < 10; times++) await write();
  const plans = await database.run<{ custom: number; generic: number }>(
    (sql) => sql`
      select custom_plans::int as custom, generic_plans::int as generic from pg_prepared_statements
      where statement like '%insert into%raw_events%' and statement not like '%pg_prepared_statements%'`,
  );
  expect(plans).toHaveLength(4);
  for (const { custom, generic } of plans) expect([custom, generic > 0]).toEqual([CUSTOM_PLANS, true]);
});
