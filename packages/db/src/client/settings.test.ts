import { expect, test } from 'vitest';
import { parseDatabaseUrl } from './settings.ts';

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
  'app@host/app',
  'postgres:///app',
  'postgres://app:100%@host/app',
  'postgres://app@host:70000/app',
  'postgres://app@host/app?sslmode=require',
  'postgres://app@host/app?sslmode=prefer',
])('%s is rejected', (url) => {
  expect(parseDatabaseUrl(url)).toBeUndefined();
});
