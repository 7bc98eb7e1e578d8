import { exitCode, readSettings } from '@pipeline/runtime';
import { expect, test } from 'vitest';
import { kafkaSettings } from '../settings.ts';
import { connectKafka } from './connect.ts';

function connect(environment: Readonly<Record<string, string>>): void {
  connectKafka(readSettings(kafkaSettings, environment), 'test');
}

const login = {
  KAFKA_SASL_MECHANISM: 'scram-sha-512',
  KAFKA_SASL_USERNAME: 'app',
  KAFKA_SASL_PASSWORD: 'hunter2',
};

test('complete SASL settings are accepted, with TLS and without', () => {
  connect({});
  connect(login);
  connect({ ...login, KAFKA_SSL: 'true' });
});

test.each(Object.keys(login))('SASL without %s is a usage error that does not show the password', (name) => {
  const half = { ...login, [name]: '' };
  expect(() => connect(half)).toThrow(
    expect.objectContaining({ code: exitCode.usage, message: expect.not.stringContaining('hunter2') }),
  );
});

test('the error about an unreadable certificate names its path', () => {
  const environment = { KAFKA_SSL: 'true', KAFKA_SSL_CA: '/nowhere/ca.pem' };
  expect(() => connect(environment)).toThrow(
    expect.objectContaining({ code: exitCode.usage, message: 'KAFKA_SSL_CA: cannot read /nowhere/ca.pem' }),
  );
});

test('certificates without KAFKA_SSL are a usage error', () => {
  const environment = { KAFKA_SSL_CA: '/ca.pem', KAFKA_SSL_KEY: '/key.pem' };
  expect(() => connect(environment)).toThrow(
    expect.objectContaining({
      code: exitCode.usage,
      message: expect.stringMatching(/KAFKA_SSL_CA and KAFKA_SSL_KEY/),
    }),
  );
});

test('a certificate without its key, and a file without a certificate, are rejected', () => {
  const tls = { KAFKA_SSL: 'true' };
  const page = import.meta.filename;
  expect(() => connect({ ...tls, KAFKA_SSL_KEY: page })).toThrow(
    expect.objectContaining({ code: exitCode.usage, message: 'KAFKA_SSL_KEY is set without KAFKA_SSL_CERT' }),
  );
  expect(() => connect({ ...tls, KAFKA_SSL_CA: page })).toThrow(
    expect.objectContaining({ code: exitCode.usage, message: expect.stringMatching(/^KAFKA_SSL_CA: /) }),
  );
  expect(() => connect({ ...tls, KAFKA_SSL_CERT: page, KAFKA_SSL_KEY: page })).toThrow(
    expect.objectContaining({
      code: exitCode.usage,
      message: expect.stringMatching(/^KAFKA_SSL_CERT, KAFKA_SSL_KEY: /),
    }),
  );
});
