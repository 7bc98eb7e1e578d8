import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { exitCode, readSettings, type TlsError, tlsErrorText } from '@pipeline/runtime';
import { expect, test } from 'vitest';
import { databaseSettings } from './settings.ts';
import { tlsOptions, tlsUserError } from './tls.ts';

function optionsFor(url: string, allow = '') {
  return tlsOptions(readSettings(databaseSettings, { DATABASE_URL: url, DATABASE_ALLOW_PLAINTEXT: allow }));
}

const refused = (message: RegExp) =>
  expect.objectContaining({ code: exitCode.usage, message: expect.stringMatching(message) });

test.each(['localhost', 'LOCALHOST', '127.0.0.1', '127.8.9.10', '[::1]'])(
  'the loopback address %s needs no TLS',
  (host) => {
    expect(optionsFor(`postgres://a:b@${host}/app`)).toBe(false);
  },
);

test.each(['db.example', 'postgres', '10.0.0.1', '127.0.0.1.example', 'my-localhost', '[2001:db8::1]'])(
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

test('the certificates of sslrootcert are the trusted ones', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'tls-')), 'ca.pem');
  const ca = rootCertificates[0] ?? '';
  writeFileSync(path, ca);
  const url = `postgres://a@db.example/app?sslmode=verify-full&sslrootcert=${path}`;
  expect(optionsFor(url)).toEqual({ rejectUnauthorized: true, host: 'db.example', ca });
});

test('each of several hosts is verified by its own name, or must be local', () => {
  const url = 'postgres://a@localhost,db.example/app';
  expect(optionsFor(`${url}?sslmode=verify-full`)).toEqual({ rejectUnauthorized: true });
  expect(() => optionsFor(url)).toThrow(refused(/remote host db\.example without TLS/));
});

test('channel binding is passed to the driver', () => {
  const url = 'postgres://a@db.example/app?sslmode=require&channel_binding=require';
  expect(optionsFor(url)).toEqual({ rejectUnauthorized: true, host: 'db.example', channelBinding: true });
});

test('verify-ca verifies the certificate, and accepts any host name', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'tls-')), 'ca.pem');
  writeFileSync(path, rootCertificates[0] ?? '');
  const options = optionsFor(`postgres://a@db.example/app?sslmode=verify-ca&sslrootcert=${path}`);
  const checkServerIdentity = expect.any(Function);
  const ca = rootCertificates[0];
  expect(options).toEqual({ rejectUnauthorized: true, host: 'db.example', ca, checkServerIdentity });
  expect((options || undefined)?.checkServerIdentity?.()).toBeUndefined();
});

test.each([
  ['app.c1.eu-west-1.rds.amazonaws.com', 'truststore.pki.rds.amazonaws.com'],
  ['db.ref.supabase.co', 'Database Settings'],
  ['aws-0-eu-west-1.pooler.supabase.com', 'Database Settings'],
  ['app-project.a.aivencloud.com', 'service page'],
  ['p.abc.db.postgresbridge.com', "the team's ca.pem"],
  ['ec2-1-2-3-4.compute-1.amazonaws.com', 'sslmode=disable'],
  ['ec2-1-2-3-4.eu-west-1.compute.amazonaws.com', 'sslmode=disable'],
])('the CA of %s is found by its remedy', (host, remedy) => {
  expect(tlsUserError('untrusted', host).remedy).toContain(remedy);
  expect(tlsUserError('expired', host).remedy).toContain('renew');
  for (const other of [
    `${host}.example`,
    host.replaceAll('.', '-'),
    host.replace(/\.([^.]*\.[^.]*)$/, '-$1'),
  ])
    expect(tlsUserError('untrusted', other).remedy).toContain('sslrootcert in DATABASE_URL');
});

test('usage errors name the setting that solves them', () => {
  const remedyOf = (url: string) => {
    try {
      return optionsFor(url);
    } catch (error) {
      return error;
    }
  };
  expect(remedyOf('postgres://a@db.example/app')).toMatchObject({
    remedy: expect.stringMatching(/sslmode=verify-full .* DATABASE_ALLOW_PLAINTEXT=true/),
  });
  expect(remedyOf('postgres://a@localhost/app?sslrootcert=/ca.pem')).toMatchObject({
    remedy: expect.stringContaining('sslmode=verify-full'),
  });
  expect(remedyOf('postgres://a@localhost/app?sslmode=verify-full&sslrootcert=/nowhere.pem')).toMatchObject({
    remedy: expect.stringContaining('PEM certificates'),
  });
});

test.each<readonly [TlsError, string]>([
  ['untrusted', 'sslrootcert'],
  ['expired', 'renew'],
  ['not-yet-valid', 'clock'],
  ['other-host', 'host name of the certificate'],
  ['client-refused', 'pg_hba.conf'],
  ['nothing-in-common', 'ssl_min_protocol_version'],
])('a TLS connection that fails as %s is reported with a remedy', (error, remedy) => {
  expect(tlsUserError(error)).toMatchObject({
    message: `Postgres ${tlsErrorText[error]}`,
    remedy: expect.stringContaining(remedy),
  });
});

test.each([
  ['app.c1.eu-west-1.rds.amazonaws.com', /global-bundle\.pem and set sslrootcert/],
  ['db.ref.supabase.co', /Database Settings, .* sslrootcert/],
  ['app-project.a.aivencloud.com', /ca\.pem .* sslrootcert/],
  ['p.abc.db.postgresbridge.com', /ca\.pem .* sslrootcert/],
  ['ec2-1-2-3-4.compute-1.amazonaws.com', /Heroku signs with no CA/],
  ['db.example', /set sslrootcert in DATABASE_URL to the certificate of the CA/],
])('the remedy for an untrusted certificate of %s names the CA file', (host, remedy) => {
  expect(tlsUserError('untrusted', host).remedy).toMatch(remedy);
});
