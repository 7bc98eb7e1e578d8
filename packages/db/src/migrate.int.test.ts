import { expect, inject, test } from 'vitest';
import { type Migration, migrate } from './migrate.ts';
import { createFreshDatabase, type FreshDatabase } from './testing/fresh-database.ts';

const numbers: Migration = { name: '9001_numbers.sql', sql: 'create table numbers (number int)' };
const broken: Migration = {
  name: '9002_broken.sql',
  sql: 'create table letters (letter text); select nonsense',
};

const namesOf = async ({ database }: FreshDatabase) =>
  await database.run((sql) => sql`select name from schema_migrations where name like '900%' order by name`);

test('two that migrate at once apply each migration once', async () => {
  await using fresh = await createFreshDatabase(inject('postgresUrl'));
  const applied = await Promise.all([1, 2, 3].map(() => migrate(fresh.settings, [numbers])));
  expect(applied.flat()).toEqual([numbers.name]);
  expect(await migrate(fresh.settings, [numbers])).toEqual([]);
});

test('a migration that fails leaves nothing behind, those before it stay, and it can be mended', async () => {
  await using fresh = await createFreshDatabase(inject('postgresUrl'));
  await expect(migrate(fresh.settings, [numbers, broken])).rejects.toThrow(/nonsense/);
  expect(await namesOf(fresh)).toEqual([{ name: numbers.name }]);
  const mended = { ...broken, sql: 'create table letters (letter text)' };
  expect(await migrate(fresh.settings, [numbers, mended])).toEqual([broken.name]);
});

test('a migration may take longer than a statement of the pipeline', async () => {
  await using fresh = await createFreshDatabase(inject('postgresUrl'));
  const slow: Migration = { name: '9003_slow.sql', sql: 'select pg_sleep(1)' };
  const settings = { ...fresh.settings, DATABASE_STATEMENT_TIMEOUT_MS: 200 };
  expect(await migrate(settings, [slow])).toEqual([slow.name]);
});
