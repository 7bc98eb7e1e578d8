import { ValueError } from '@pipeline/runtime';
import { expect, test } from 'vitest';
import { parseDatabaseUrl } from './database-url.ts';

test('all parts of a URL are parsed and percent-decoded', () => {
  const url = 'postgres://a%40b:p%3Ass@db.example:6543/my%20data?sslmode=verify-full&sslrootcert=/ca.pem';
  expect(parseDatabaseUrl(url)).toEqual({
    text: url,
    host: 'db.example',
    port: 6543,
    hosts: [{ host: 'db.example', port: 6543 }],
    database: 'my data',
    user: 'a@b',
    password: 'p:ss',
    sslMode: 'verify-full',
    sslRootCert: '/ca.pem',
    requiresChannelBinding: false,
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
  'postgres://app@one,/app',
  'postgres://app@host/app#part',
])('%s is not a URL of Postgres', (url) => {
  expect(parseDatabaseUrl(url)).toBeUndefined();
});

test('several hosts are parsed in their order, each with its port', () => {
  const url = 'postgres://app@one:6001,[::1]:6002,three/app?target_session_attrs=read-write';
  expect(parseDatabaseUrl(url)).toMatchObject({
    hosts: [
      { host: 'one', port: 6001 },
      { host: '::1', port: 6002 },
      { host: 'three', port: 5432 },
    ],
    targetSessionAttrs: 'read-write',
  });
});

test.each([
  ['sslmode=require', 'verify-full', undefined],
  ['sslmode=verify-ca&sslrootcert=/ca.pem', 'verify-ca', '/ca.pem'],
  ['sslrootcert=system', 'verify-full', undefined],
  ['sslmode=verify-full&sslrootcert=system', 'verify-full', undefined],
])('%s verifies as %s', (query, sslMode, sslRootCert) => {
  expect(parseDatabaseUrl(`postgres://app@host/app?${query}`)).toMatchObject({ sslMode, sslRootCert });
});

test('parameters of the session are kept', () => {
  const query = 'application_name=etl&options=-c%20work_mem%3D64MB&connect_timeout=10&channel_binding=prefer';
  expect(parseDatabaseUrl(`postgres://app@host/app?${query}`)).toMatchObject({
    applicationName: 'etl',
    options: '-c work_mem=64MB',
    connectTimeoutSeconds: 10,
  });
  expect(parseDatabaseUrl('postgres://app@host/app?application_name=&options=&sslrootcert=')).toMatchObject({
    applicationName: undefined,
    options: undefined,
    sslRootCert: undefined,
  });
});

test.each([
  ['channel_binding=require&sslmode=require', true],
  ['channel_binding=disable&sslmode=require', false],
  ['channel_binding=prefer&sslmode=require', false],
])('whether %s binds the login to the certificate is %s', (query, requiresChannelBinding) => {
  expect(parseDatabaseUrl(`postgres://app@host/app?${query}`)).toMatchObject({ requiresChannelBinding });
});

test.each(['read-write', 'read-only', 'primary', 'standby', 'prefer-standby', 'any'])(
  'a server for sessions of %s can be chosen',
  (attrs) => {
    const targetSessionAttrs = attrs === 'any' ? undefined : attrs;
    const url = `postgres://app@one,two/app?target_session_attrs=${attrs}`;
    expect(parseDatabaseUrl(url)).toMatchObject({ targetSessionAttrs });
  },
);

test.each([
  'gssencmode=disable',
  'gssencmode=prefer',
  'sslnegotiation=postgres',
  'sslsni=1',
  'client_encoding=auto',
  'client_encoding=UTF8',
  'client_encoding=utf8',
])('%s changes nothing', (query) => {
  expect(parseDatabaseUrl(`postgres://app@host/app?${query}`)).toEqual({
    ...parseDatabaseUrl('postgres://app@host/app'),
    text: expect.any(String),
  });
});

test('the connect timeout has at most four digits', () => {
  const url = 'postgres://app@host/app?connect_timeout=';
  expect(parseDatabaseUrl(`${url}9999`)).toMatchObject({ connectTimeoutSeconds: 9_999 });
  for (const seconds of ['10000', '1s', 's1', '-1', ''])
    expect(() => parseDatabaseUrl(url + seconds)).toThrow(
      'connect_timeout must be a whole number of seconds',
    );
});

test.each([
  [
    'sslmode=prefer',
    /^sslmode=prefer is not supported: use verify-full, .* nothing falls back to plaintext$/,
  ],
  ['sslmode=verify-ca', /^sslmode=verify-ca needs sslrootcert=PATH/],
  ['channel_binding=require', /^channel_binding=require needs TLS: set sslmode=verify-full/],
  ['channel_binding=always', /^channel_binding=always is not one of disable, prefer, require/],
  ['gssencmode=require', /^the parameter gssencmode=require is not supported: remove it/],
  ['sslcert=/me.pem', /^the parameter sslcert is not supported: log in with a password/],
  ['sslkey=/me.key', /^the parameter sslkey is not supported: log in with a password/],
  ['pgbouncer=true', /^the parameter pgbouncer is not supported: .*DATABASE_POOL_MODE=transaction/],
  ['schema=app', /^the parameter schema is not supported: remove it/],
  [
    'target_session_attrs=writable',
    /^target_session_attrs=writable is not one of any, read-write, read-only/,
  ],
  ['connect_timeout=0', /^connect_timeout must be a whole number of seconds/],
])('%s is refused by name, with a remedy', (query, message) => {
  const parse = () => parseDatabaseUrl(`postgres://app:hunter2@host/app?${query}`);
  expect(parse).toThrow(
    expect.objectContaining({ name: ValueError.name, message: expect.stringMatching(message) }),
  );
  expect(parse).not.toThrow(/hunter2/);
});
