import { createHash, createHmac } from 'node:crypto';
import { mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitCode, readSettings, type UserError } from '@pipeline/runtime';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { kafkaSettings } from '../../settings.ts';
import { isTransientError, toUserError } from '../errors.ts';
import { mskRegionOf, signMskToken } from './msk-token.ts';

const KEY_ID = 'AKIDEXAMPLE';
const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 10, 29, 12, 30, 45) });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

function stubCredentials(sessionToken: string | undefined): void {
  vi.stubEnv('AWS_ACCESS_KEY_ID', KEY_ID);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', SECRET);
  vi.stubEnv('AWS_SESSION_TOKEN', sessionToken);
  vi.stubEnv('AWS_PROFILE', undefined);
}

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Every character but those of RFC 3986, section 2.3. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The URL that MSK expects, signed by AWS Signature Version 4 in the query. */
function presign(region: string, sessionToken: string | undefined): URLSearchParams {
  const [day, time] = ['20261129', '20261129T123045Z'];
  const scope = `${day}/${region}/kafka-cluster/aws4_request`;
  const query = Object.entries({
    Action: 'kafka-cluster:Connect',
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${KEY_ID}/${scope}`,
    'X-Amz-Date': time,
    'X-Amz-Expires': '900',
    ...(sessionToken === undefined ? {} : { 'X-Amz-Security-Token': sessionToken }),
    'X-Amz-SignedHeaders': 'host',
  });
  const canonicalQuery = query.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
  const headers = `host:kafka.${region}.amazonaws.com\n`;
  const request = ['GET', '/', canonicalQuery, headers, 'host', sha256('')].join('\n');
  const key = [day, region, 'kafka-cluster', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${SECRET}`);
  const signature = hmac(key, ['AWS4-HMAC-SHA256', time, scope, sha256(request)].join('\n')).toString('hex');
  return new URLSearchParams([...query, ['X-Amz-Signature', signature]]);
}

test.each([undefined, 'a/session+token=='])(
  'a token is the URL that AWS Signature Version 4 signs, with session token %s',
  async (sessionToken) => {
    stubCredentials(sessionToken);
    const { value, lifetimeMs } = await signMskToken('eu-central-1');
    const url = new URL(Buffer.from(value, 'base64url').toString());
    expect([url.protocol, url.host, url.pathname]).toEqual([
      'https:',
      'kafka.eu-central-1.amazonaws.com',
      '/',
    ]);
    const { 'User-Agent': agent, ...signed } = Object.fromEntries(url.searchParams);
    expect(agent).toMatch(/^aws-msk-iam-sasl-signer-js\//);
    expect(signed).toEqual(Object.fromEntries(presign('eu-central-1', sessionToken)));
    expect(lifetimeMs).toBe(900_000);
    expect(value).toMatch(/^[\w-]+$/);
  },
);

function regionOf(variables: Readonly<Record<string, string>>): string {
  return mskRegionOf(readSettings(kafkaSettings, variables));
}

test.each([
  ['b-1.demo.abc123.c2.kafka.us-east-1.amazonaws.com:9098', 'us-east-1'],
  ['boot-x1y2.c1.kafka-serverless.eu-west-3.amazonaws.com:9098', 'eu-west-3'],
  ['b-1.demo.abc123.c2.kafka.cn-north-1.amazonaws.com.cn:9098', 'cn-north-1'],
  ['other:9,b-1.demo.kafka.us-west-2.amazonaws.com:9098', 'us-west-2'],
])('the brokers %s are in the region %s, whatever AWS_REGION is', (brokers, region) => {
  expect(regionOf({ KAFKA_BROKERS: brokers, AWS_REGION: 'sa-east-1' })).toBe(region);
});

test('AWS_REGION is the region of brokers with other names', () => {
  expect(regionOf({ KAFKA_BROKERS: 'kafka.internal:9098', AWS_REGION: 'sa-east-1' })).toBe('sa-east-1');
  const message =
    'KAFKA_SASL_MECHANISM=aws-msk-iam: KAFKA_BROKERS does not contain the region of the cluster';
  const others = [
    'kafka.internal',
    'b-1.kafka.eu.amazonaws.com.example',
    'xkafka.eu.amazonaws.com',
    'b-1.kafka.EU.amazonaws.com',
  ];
  for (const host of others)
    expect(() => regionOf({ KAFKA_BROKERS: `${host}:9098` })).toThrow(
      expect.objectContaining({ message, remedy: 'set AWS_REGION', code: exitCode.usage }),
    );
});

test('without AWS credentials, the error names the ways to provide them', async () => {
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE'])
    vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('AWS_CONFIG_FILE', '/nowhere');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere');
  const error = (await signMskToken('eu-central-1').catch(toUserError)) as UserError;
  expect([error.message, error.remedy]).toEqual([
    expect.stringMatching(/^KAFKA_SASL_MECHANISM=aws-msk-iam: no AWS credentials: /),
    "provide them as for AWS's command line: by environment, profile, or role of the machine or pod",
  ]);
});

test('AWS credentials that take too long are waited for', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'aws-'));
  const config = join(folder.path, 'config');
  writeFileSync(config, '[default]\ncredential_process = sleep 2\n');
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE'])
    vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_CONFIG_FILE', config);
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere');
  const error = await signMskToken('eu-central-1', 100).catch((reason: unknown) => reason);
  expect(isTransientError(error)).toBe(true);
  expect(String(error)).toContain('a token with AWS credentials took longer than 100 ms');
});

test('without the package that signs, the error names it', async () => {
  vi.doMock('aws-msk-iam-sasl-signer-js', () => {
    throw new Error('not found');
  });
  const error = await signMskToken('eu-central-1').catch(toUserError);
  vi.doUnmock('aws-msk-iam-sasl-signer-js');
  expect(error).toMatchObject({
    message: 'KAFKA_SASL_MECHANISM=aws-msk-iam needs the package aws-msk-iam-sasl-signer-js',
    remedy: 'install it next to @pipeline/kafka',
  });
});
