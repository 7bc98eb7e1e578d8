import { readSettings } from '@pipeline/runtime';
import { expect, test } from 'vitest';
import { databaseSettings } from './settings.ts';

test('without settings, the local Postgres is used with timeouts of seconds', () => {
  expect(readSettings(databaseSettings, {})).toMatchObject({
    DATABASE_URL: { host: '127.0.0.1', port: 5432, database: 'app', user: 'app', password: 'app' },
    DATABASE_SCHEMA: 'public',
    DATABASE_ALLOW_PLAINTEXT: false,
    DATABASE_POOL_MODE: 'session',
    DATABASE_CONNECT_TIMEOUT_MS: 5_000,
    DATABASE_STATEMENT_TIMEOUT_MS: 20_000,
    DATABASE_LOCK_TIMEOUT_MS: 10_000,
  });
});

test.each([
  ['DATABASE_CONNECT_TIMEOUT_MS', 600_000],
  ['DATABASE_STATEMENT_TIMEOUT_MS', 3_600_000],
  ['DATABASE_LOCK_TIMEOUT_MS', 3_600_000],
] as const)('%s is from 100 to %d', (name, most) => {
  const read = (value: number) => readSettings(databaseSettings, { [name]: String(value) })[name];
  expect([read(100), read(most)]).toEqual([100, most]);
  for (const value of [99, most + 1]) expect(() => read(value)).toThrow(name);
});

test('the pool mode for PgBouncer is transaction', () => {
  const read = (mode: string) =>
    readSettings(databaseSettings, { DATABASE_POOL_MODE: mode }).DATABASE_POOL_MODE;
  expect(read('transaction')).toBe('transaction');
  expect(() => read('statement')).toThrow('one of session, transaction');
});

test('a schema name that Postgres would fold or cut is refused', () => {
  const read = (name: string) => readSettings(databaseSettings, { DATABASE_SCHEMA: name }).DATABASE_SCHEMA;
  expect(read('team_a')).toBe('team_a');
  expect(() => read('Team-A')).toThrow('at most 40 characters (a-z, 0-9, _)');
});

test('an invalid URL is described without its password', () => {
  const read = () => readSettings(databaseSettings, { DATABASE_URL: 'mysql://app:hunter2@host/app' });
  expect(read).toThrow('postgres://USER:PASSWORD@HOST:PORT/DATABASE');
  expect(read).not.toThrow(/hunter2/);
});
