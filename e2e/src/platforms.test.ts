/** @module-tag long */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { testStack } from '@pipeline/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rootFolder } from './support/programs/binaries.ts';
import { type Environment, provision, runApp } from './support/programs/programs.ts';
import { type OauthKafka, oauthCredentials, startOauthKafka } from './support/servers/oauth-kafka.ts';
import { openPipeline } from './support/servers/pipeline.ts';
import { documentedRights, grantOnly } from './support/servers/rights.ts';
import { setScramPassword } from './support/servers/scram.ts';
import { type SecuredKafka, saslCredentials, startSecuredKafka } from './support/servers/secured-kafka.ts';

const secret = 'platform-secret';
const SESSION_MS = 60_000;

let secured: SecuredKafka;
let oauth: OauthKafka;
let databaseUrl: string;

beforeAll(async () => {
  [secured, oauth, databaseUrl] = await Promise.all([
    startSecuredKafka({ platform: secret }),
    startOauthKafka({ platform: { secret, lifetimeSeconds: 3_600 } }, SESSION_MS),
    testStack().createDatabase(),
  ]);
  await setScramPassword(secured.at.plaintext, 'platform', secret, 'scram-sha-512');
  for (const KAFKA_BROKERS of [secured.at.plaintext, oauth.at.plaintext])
    expect(await provision({ KAFKA_BROKERS, DATABASE_URL: databaseUrl })).toMatchObject({ code: 0 });
  const servers = { brokers: secured.at.plaintext, databaseUrl };
  await using pipeline = await openPipeline(servers, 'events', 'events_dlq');
  // The client certificate is that of the user `consumer`.
  for (const user of ['platform', 'consumer'])
    await grantOnly(pipeline, user, documentedRights('`consumer check`'));
});

afterAll(async () => {
  await Promise.all([secured?.[Symbol.asyncDispose](), oauth?.[Symbol.asyncDispose]()]);
});

/** The blocks of settings on each page about a platform. */
const recipes = globSync('docs/platforms/*.md', { cwd: rootFolder }).flatMap((page) => {
  const text = readFileSync(join(rootFolder, page), 'utf8');
  const blocks = [...text.matchAll(/^```ini\n([\s\S]*?)^```$/gm)];
  return blocks.map(([, block = '']) => {
    const settings = parseEnv(block) as Environment;
    return { page, login: settings['KAFKA_SASL_MECHANISM'] ?? 'certificate', settings };
  });
});

/** The values of places and credentials at the local broker that has the same login. */
const substitutes: Readonly<Record<string, () => Promise<Environment>>> = {
  plain: async () => atSecured('saslTls', saslCredentials('platform', secret)),
  'scram-sha-512': async () => atSecured('saslTls', saslCredentials('platform', secret, 'scram-sha-512')),
  certificate: async () =>
    atSecured('tls', { KAFKA_SSL_CERT: secured.pem.consumer, KAFKA_SSL_KEY: secured.pem.key }),
  oauthbearer: async () => ({
    ...{ KAFKA_BROKERS: oauth.at.oauth, ...oauthCredentials(oauth, 'platform', secret) },
    KAFKA_OAUTH_TOKEN_FILE: await oauth.write('token', oauth.tokens.issue('platform')),
  }),
  'aws-msk-iam': async () => ({ KAFKA_BROKERS: oauth.at.oauth, KAFKA_SSL_CA: oauth.ca, ...awsCredentials }),
};

const awsCredentials = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'example-secret',
};

function atSecured(listener: 'saslTls' | 'tls', changes: Environment): Environment {
  return { KAFKA_BROKERS: secured.at[listener], KAFKA_SSL_CA: secured.pem.ca, ...changes };
}

/** The settings of a recipe, with the values of the local broker for the same names. */
async function adapt({ login, settings }: (typeof recipes)[number]): Promise<Environment> {
  const values = (await substitutes[login]?.()) ?? {};
  const always = ['KAFKA_BROKERS', 'KAFKA_SSL_CA', ...Object.keys(awsCredentials)];
  const names = [...Object.keys(settings), ...always];
  const adapted = names.map((name) => {
    // A secret in a file is a secret.
    const plain = name.replace(/(PASSWORD|SECRET)_FILE$/, '$1');
    return [plain, values[plain] ?? settings[name] ?? ''];
  });
  return { ...Object.fromEntries(adapted), DATABASE_URL: databaseUrl };
}

const accepted = recipes.filter(({ login }) => login !== 'aws-msk-iam');

test('each platform has a recipe', () => {
  expect(new Set(recipes.map(({ page }) => page)).size).toBe(6);
});

test.concurrent.each(accepted)('$page: a consumer runs with the settings for $login', async (recipe) => {
  const ended = await runApp('consumer', ['check', '--from-topic', '1'], await adapt(recipe));
  expect(ended).toMatchObject({ code: 0 });
});

test('a token for MSK is signed and sent; Apache Kafka rejects it', async () => {
  const [recipe] = recipes.filter(({ login }) => login === 'aws-msk-iam');
  if (recipe === undefined) throw new Error('no recipe');
  const ended = await runApp('consumer', ['--once'], await adapt(recipe));
  expect(ended.code).toBe(1);
  expect(ended.stderr).toMatch(
    /rejects the token: invalid_token; allow this AWS identity kafka-cluster:Connect/,
  );
  expect(ended.stdout + ended.stderr).not.toContain('example-secret');
});
