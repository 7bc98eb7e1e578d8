import { readSettings } from '@pipeline/runtime';
import { expect, test } from 'vitest';
import { databaseSettings, parseDatabaseUrl } from './settings.ts';

test('all parts of a URL are parsed and percent-decoded', () => {
  const url = 'postgres://a%40b:p%3Ass@db.example:6543/my%20data?sslmode=verify-full&sslrootcert=/ca.pem';
  expect(parseDatabaseUrl(url)).toEqual({
    text: url,
    host: 'db.example',
    port: 6543,
    database: 'my data',
    user: 'a@b',
    password: 'p:ss',
    sslMode: 'verify-full',
    sslRootCert: '/ca.pem',
  });
});

test('missing parts have the defaults of Postgres, and IPv6 hosts lose their brackets', () => {
  expect(parseDatabaseUrl('postgresql://[::1]')).toMatchObject({
    host: '::1',
    port: 5432,
    database: 'postgres',
    user: 'postgres',
    password: '',
    sslMode: 'disable',
  });
});

test.each([
  'mysql://app@host/app',
  'postgresx://app@host/app',
  'xpostgres://app@host/app',
  'app@host/app',
  'postgres:///app',
  'postgres://app:100%@host/app',
  'postgres://100%@host/app',
  'postgres://app@host/100%',
  'postgres://app@host:70000/app',
  'postgres://app@host/app?sslmode=require',
  'postgres://app@host/app?sslmode=prefer',
])('%s is rejected', (url) => {
  expect(parseDatabaseUrl(url)).toBeUndefined();
});

test('without settings, the local Postgres is used with timeouts of seconds', () => {
  expect(readSettings(databaseSettings, {})).toMatchObject({
    DATABASE_URL: { host: '127.0.0.1', port: 5432, database: 'app', user: 'app', password: 'app' },
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

test('an invalid URL is described without its password', () => {
  const read = () => readSettings(databaseSettings, { DATABASE_URL: 'mysql://app:hunter2@host/app' });
  expect(read).toThrow('postgres://USER:PASSWORD@HOST:PORT/DATABASE');
  expect(read).not.toThrow(/hunter2/);
});
