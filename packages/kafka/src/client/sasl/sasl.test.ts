import { once } from 'node:events';
import { mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings, silentLogger } from '@pipeline/runtime';
import type { Mechanism, PreparedAuthenticator } from 'kafkajs';
import kafkajs from 'kafkajs';
import { afterEach, expect, test, vi } from 'vitest';
import { kafkaSettings } from '../../settings.ts';
import { toUserError } from '../errors.ts';
import { saslConfig } from './sasl.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

/** A token endpoint, and the settings of a client of it. */
async function startEndpoint() {
  const counts = { requests: 0 };
  const server = createServer((_, response) => {
    counts.requests++;
    response.end(JSON.stringify({ access_token: `token-${counts.requests}`, expires_in: 60 }));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const settings = readSettings(kafkaSettings, {
    KAFKA_SASL_MECHANISM: 'oauthbearer',
    KAFKA_OAUTH_TOKEN_ENDPOINT: `http://127.0.0.1:${port}/`,
    KAFKA_OAUTH_CLIENT_ID: 'app',
    KAFKA_OAUTH_CLIENT_SECRET: 'hunter2',
    KAFKA_OAUTH_EXTENSIONS: 'pool=p1',
  });
  const dispose = async () => {
    server.closeAllConnections();
    server.close();
  };
  return { settings, counts, [Symbol.asyncDispose]: dispose };
}

/** Logs in with a client's configuration to a broker with an answer, and returns what it sends. */
async function logIn({ sasl }: ReturnType<typeof saslConfig>, answer?: string): Promise<string> {
  let sent = '';
  const login = (sasl as Mechanism).authenticationProvider({
    ...{ host: 'broker', port: 9_093, logger: new kafkajs.Kafka({ brokers: ['broker:9093'] }).logger() },
    saslAuthenticate: async ({ request }) => {
      sent = (await request.encode()).subarray(4).toString();
      return answer as never;
    },
  });
  await (login as PreparedAuthenticator).prepare();
  await login.authenticate();
  return sent;
}

test('clients with the same settings share a token', async () => {
  await using endpoint = await startEndpoint();
  const message = 'n,,\u0001auth=Bearer token-1\u0001pool=p1\u0001\u0001';
  for (let client = 0; client < 3; client++)
    expect(await logIn(saslConfig(endpoint.settings, silentLogger))).toBe(message);
  expect(endpoint.counts.requests).toBe(1);
  await logIn(saslConfig({ ...endpoint.settings }, silentLogger));
  expect(endpoint.counts.requests).toBe(2);
});

test('without a mechanism there is no login, and others get user and password', () => {
  const config = (environment: Readonly<Record<string, string>>) =>
    saslConfig(readSettings(kafkaSettings, environment), silentLogger);
  const password = { KAFKA_SASL_USERNAME: 'app', KAFKA_SASL_PASSWORD: 'hunter2' };
  expect(config({})).toEqual({});
  expect(config({ KAFKA_SASL_MECHANISM: 'plain', ...password })).toEqual({
    sasl: { mechanism: 'plain', username: 'app', password: 'hunter2' },
  });
});

test('settings that are not complete are refused', () => {
  const settings = readSettings(kafkaSettings, { KAFKA_SASL_MECHANISM: 'plain' });
  expect(() => saslConfig(settings, silentLogger)).toThrow(/lacks KAFKA_SASL_USERNAME/);
});

test('a rejected token of a client is an error that names the settings to check', async () => {
  await using endpoint = await startEndpoint();
  const error = await logIn(saslConfig(endpoint.settings, silentLogger), 'denied').catch(toUserError);
  expect(error).toMatchObject({
    message: 'Kafka: broker:9093 rejects the token: denied',
    remedy:
      'check KAFKA_OAUTH_TOKEN_ENDPOINT and KAFKA_OAUTH_SCOPE, and the issuer and audience that the brokers expect',
  });
});

test('the token of a file is sent', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'token-'));
  const path = join(folder.path, 'token');
  writeFileSync(path, 'from-a-file');
  const settings = readSettings(kafkaSettings, {
    KAFKA_SASL_MECHANISM: 'oauthbearer',
    KAFKA_OAUTH_TOKEN_FILE: path,
  });
  expect(await logIn(saslConfig(settings, silentLogger))).toBe(
    'n,,\u0001auth=Bearer from-a-file\u0001\u0001',
  );
});

test('a rejected token of AWS is an error that names the region of the cluster', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
  vi.stubEnv('AWS_PROFILE', undefined);
  const settings = readSettings(kafkaSettings, {
    KAFKA_SASL_MECHANISM: 'aws-msk-iam',
    KAFKA_BROKERS: 'b-1.demo.abc123.c2.kafka.us-east-1.amazonaws.com:9098',
  });
  const error = await logIn(saslConfig(settings, silentLogger), 'denied').catch(toUserError);
  expect(error).toMatchObject({
    remedy:
      'allow this AWS identity kafka-cluster:Connect on the cluster in us-east-1, or check its credentials',
  });
});
