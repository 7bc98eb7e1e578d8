import { expect, inject, test } from 'vitest';
import { type Migration, migrate } from './migrate.ts';
import { createFreshDatabase, type FreshDatabase } from './testing/fresh-database.ts';

const numbers: Migration = { name: '9001_numbers.sql', sql: 'create table numbers (number int)' };
const broken: Migration = {
  name: '9002_broken.sql',
  sql: 'create table words (word text); select nonsense',
};

const namesOf = async ({ database }: FreshDatabase) =>
  await database.run((sql) => sql`select name from schema_migrations where name like '900%' order by name`);

test('concurrent runs apply each migration once', async () => {
  await using fresh = await createFreshDatabase(inject('postgresUrl'));
  const applied = await Promise.all([1, 2, 3].map(() => migrate(fresh.settings, [numbers])));
  expect(applied.flat()).toEqual([numbers.name]);
  expect(await migrate(fresh.settings, [numbers])).toEqual([]);
});

test('a failed migration is rolled back, earlier ones stay, and it can be fixed', async () => {
  await using fresh = await createFreshDatabase(inject('postgresUrl'));
  await expect(migrate(fresh.settings, [numbers, broken])).rejects.toThrow(/nonsense/);
  expect(await namesOf(fresh)).toEqual([{ name: numbers.name }]);
  const fixed = { ...broken, sql: 'create table words (word text)' };
  expect(await migrate(fresh.settings, [numbers, fixed])).toEqual([broken.name]);
});

test('the statement timeout does not apply to migrations', async () => {
  await using fresh = await createFreshDatabase(inject('postgresUrl'));
  const slow: Migration = { name: '9003_slow.sql', sql: 'select pg_sleep(1)' };
  const settings = { ...fresh.settings, DATABASE_STATEMENT_TIMEOUT_MS: 200 };
  expect(await migrate(settings, [slow])).toEqual([slow.name]);
});
