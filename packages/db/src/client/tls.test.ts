import { exitCode, readSettings } from '@pipeline/runtime';
import { expect, test } from 'vitest';
import { databaseSettings } from './settings.ts';
import { tlsOptions } from './tls.ts';

function optionsFor(url: string, allow = '') {
  return tlsOptions(readSettings(databaseSettings, { DATABASE_URL: url, DATABASE_ALLOW_PLAINTEXT: allow }));
}

const refused = (message: RegExp) =>
  expect.objectContaining({ code: exitCode.usage, message: expect.stringMatching(message) });

test.each(['localhost', '127.0.0.1', '127.8.9.10', '[::1]'])(
  'the loopback address %s needs no TLS',
  (host) => {
    expect(optionsFor(`postgres://a:b@${host}/app`)).toBe(false);
  },
);

test.each(['db.example', 'postgres', '10.0.0.1', '127.0.0.1.example', '[2001:db8::1]'])(
  'the remote host %s requires TLS, unless plaintext is allowed',
  (host) => {
    const url = `postgres://a:hunter2@${host}/app?sslmode=disable`;
    expect(() => optionsFor(url)).toThrow(refused(/^DATABASE_URL names the remote host .* without TLS/));
    expect(() => optionsFor(url)).not.toThrow(/hunter2/);
    expect(optionsFor(url, 'true')).toBe(false);
  },
);

test('verify-full verifies the certificate and its host, also for an IP address', () => {
  const options = { rejectUnauthorized: true, host: '10.0.0.1' };
  expect(optionsFor('postgres://a@10.0.0.1/app?sslmode=verify-full')).toEqual(options);
});

test('an unreadable sslrootcert, and one without TLS, are usage errors', () => {
  const url = (mode: string, path: string) =>
    `postgres://a@localhost/app?sslmode=${mode}&sslrootcert=${path}`;
  expect(() => optionsFor(url('verify-full', '/nowhere.pem'))).toThrow(refused(/from \/nowhere\.pem$/));
  expect(() => optionsFor(url('verify-full', import.meta.filename))).toThrow(
    refused(/cannot read certificates/),
  );
  expect(() => optionsFor(url('disable', '/ca.pem'))).toThrow(refused(/sslrootcert without TLS/));
});
