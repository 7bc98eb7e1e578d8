import { expect, inject, test } from 'vitest';
import { connectDatabase } from '../client/connect.ts';
import { migrate, migrationsFolder, readMigrations } from '../migrate.ts';
import { batchOf, row } from '../testing/batches.ts';
import { createFreshDatabase } from '../testing/fresh-database.ts';
import { createWriter } from '../write/writer.ts';
import { readOverview } from './overview.ts';
import { keepVerification } from './verifications.ts';

test('the overview has the latest result, exact with 64 bits', async () => {
  await using fresh = await createFreshDatabase(inject('postgresUrl'));
  const latest = async () => (await readOverview(fresh.database, { topics: [], minutes: 1 })).verification;
  expect(await latest()).toBeNull();
  await keepVerification(fresh.database, { events: 9_007_199_254_740_993n, differences: 2n });
  await keepVerification(fresh.database, { events: 9_007_199_254_740_993n, differences: 0n });
  expect(await latest()).toEqual({
    verifiedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    events: 9_007_199_254_740_993n,
    differences: 0n,
  });
});

test('a login whose transactions are read-only behind a pooler adds a result', async () => {
  await using fresh = await createFreshDatabase(inject('postgresUrl'));
  const name = fresh.settings.DATABASE_URL.database;
  await fresh.database.run((sql) =>
    sql.unsafe(`alter database ${name} set default_transaction_read_only = on`),
  );
  const pooled = { ...fresh.settings, DATABASE_POOL_MODE: 'transaction' } as const;
  await using database = connectDatabase(pooled, { applicationName: 'stats', connections: 2 });
  await expect(database.run((sql) => sql`delete from pipeline.purges`)).rejects.toMatchObject({
    code: '25006',
  });
  await keepVerification(database, { events: 7n, differences: 0n });
  const { verification } = await readOverview(database, { topics: [], minutes: 1 });
  expect(verification).toMatchObject({ events: 7n });
});

test('consumers of the previous version write before and after the migration', async () => {
  const former = readMigrations(migrationsFolder).filter(({ name }) => name < '0030_verifications.sql');
  await using fresh = await createFreshDatabase(inject('postgresUrl'), former);
  const writer = createWriter(fresh.database, (statement) => statement());
  await writer.open({ topic: 'events', partition: 0 }, 0n);
  await writer.write(batchOf([row(0)]));
  expect(await migrate(fresh.settings)).toContain('0030_verifications.sql');
  await writer.write(batchOf([row(1)]));
  const [counted] = await fresh.database.run((sql) => sql`select count(*)::int as events from raw_events`);
  expect(counted).toEqual({ events: 2 });
});

test.each([
  ['reader', true],
  ['operator', true],
  ['writer', false],
])('a %s may add results: %s; it may not date, change or delete one', async (kind, isAllowed) => {
  await using fresh = await createFreshDatabase(inject('postgresUrl'));
  const asked = `'pipeline_${kind}', 'public.verifications'`;
  const [rights] = await fresh.database.run((sql) =>
    sql.unsafe(`select has_table_privilege(${asked}, 'update') or has_table_privilege(${asked}, 'delete') as change,
                has_column_privilege(${asked}, 'verified_at', 'insert') as date,
                has_column_privilege(${asked}, 'differences', 'insert') as add`),
  );
  expect(rights).toEqual({ change: false, date: false, add: isAllowed });
});
