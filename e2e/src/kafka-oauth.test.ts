import { rename } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { testStack } from '@pipeline/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findDifferences, joinOracles, type Oracle, publishMix } from './support/data/oracle.ts';
import { type Ended, type Environment, provision, runApp, startApp } from './support/programs/programs.ts';
import { waitForLog } from './support/programs/wait.ts';
import { type OauthKafka, oauthCredentials, startOauthKafka } from './support/servers/oauth-kafka.ts';
import { openPipeline, type Pipeline } from './support/servers/pipeline.ts';

/** The secret must never be logged. */
const secret = 'hunter2/secret';
const clients = {
  test: { secret, lifetimeSeconds: 3_600 },
  consumer: { secret, lifetimeSeconds: 10 },
};
const SESSION_MS = 4_000;

let kafka: OauthKafka;
let pipeline: Pipeline;
/** Everything published so far. */
const oracles: Oracle[] = [];

beforeAll(async () => {
  const [broker, databaseUrl] = await Promise.all([
    startOauthKafka(clients, SESSION_MS),
    testStack().createDatabase(),
  ]);
  kafka = broker;
  const servers = { brokers: kafka.at.oauth, databaseUrl };
  const credentials = oauthCredentials(kafka, 'test', secret);
  expect(
    await provision({ KAFKA_BROKERS: kafka.at.oauth, DATABASE_URL: databaseUrl, ...credentials }),
  ).toMatchObject({ code: 0 });
  pipeline = await openPipeline(servers, 'events', 'events_dlq', credentials);
});

afterAll(async () => {
  await pipeline?.[Symbol.asyncDispose]();
  await kafka?.[Symbol.asyncDispose]();
});

/** Publishes more valid, invalid and duplicate records. */
async function publish(): Promise<void> {
  oracles.push(await publishMix(pipeline, { events: 200, badEvery: 10, duplicateEvery: 10 }));
}

/** Settings of a client with credentials. */
function as(id: string, changes: Environment = {}): Environment {
  return { ...pipeline.environment, ...oauthCredentials(kafka, id, secret), ...changes };
}

/** Settings of a client with a token file. */
async function withFile(name: string, token: string): Promise<Environment> {
  const none = { KAFKA_OAUTH_TOKEN_ENDPOINT: '', KAFKA_OAUTH_CLIENT_ID: '', KAFKA_OAUTH_CLIENT_SECRET: '' };
  return { ...as(''), ...none, KAFKA_OAUTH_TOKEN_FILE: await kafka.write(name, token) };
}

/** The output contains no secret and no token, which all begin with `eyJ`. */
function expectNoSecret({ stdout, stderr }: Ended): void {
  expect(stdout + stderr).not.toContain(secret);
  expect(stdout + stderr).not.toContain('eyJ');
}

describe('a rejected login', () => {
  const logins: Readonly<Record<string, readonly [number, () => Promise<Environment>, RegExp]>> = {
    'a wrong secret': [
      1,
      async () => as('consumer', { KAFKA_OAUTH_CLIENT_SECRET: 'wrong' }),
      /KAFKA_OAUTH_TOKEN_ENDPOINT \S+ rejects the client: invalid_client; check KAFKA_OAUTH_CLIENT_ID and/,
    ],
    'a forged token': [
      1,
      () => withFile('forged', kafka.tokens.issue('consumer', { isForged: true })),
      /rejects the token: invalid_token; check the process that writes KAFKA_OAUTH_TOKEN_FILE/,
    ],
    'an expired token': [
      1,
      () => withFile('expired', kafka.tokens.issue('consumer', { lifetimeSeconds: -60 })),
      /rejects the token, which expired at \S+; check the process that writes KAFKA_OAUTH_TOKEN_FILE/,
    ],
    'a missing token file': [
      2,
      async () => ({ ...(await withFile('token', '')), KAFKA_OAUTH_TOKEN_FILE: '/nowhere/token' }),
      /KAFKA_OAUTH_TOKEN_FILE: cannot read \/nowhere\/token; /,
    ],
    'incomplete settings': [
      2,
      async () => as('', { KAFKA_OAUTH_CLIENT_SECRET: '' }),
      /lacks KAFKA_OAUTH_CLIENT_ID and KAFKA_OAUTH_CLIENT_SECRET; set KAFKA_OAUTH_CLIENT_ID and/,
    ],
    'another mechanism than the broker has': [
      1,
      async () => ({
        ...(await withFile('unused', '')),
        KAFKA_OAUTH_TOKEN_FILE: '',
        ...{ KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'a', KAFKA_SASL_PASSWORD: secret },
      }),
      /check KAFKA_SASL_MECHANISM/,
    ],
  };

  test.concurrent.each(Object.entries(logins))(
    'with %s ends the consumer in one line that names the setting',
    async (_, [code, environment, line]) => {
      const ended = await runApp('consumer', ['--once'], await environment());
      const lastLine = ended.stderr.trimEnd().split('\n').at(-1);
      expect([ended.code, lastLine]).toEqual([code, expect.stringMatching(line)]);
      expectNoSecret(ended);
    },
  );
});

test('every program logs in with client credentials or a token file', async () => {
  const file = await withFile('valid', kafka.tokens.issue('file'));
  const elsewhere = { KAFKA_TOPIC: 'elsewhere', KAFKA_DLQ_TOPIC: 'elsewhere_dlq' };
  await publish();
  expect(await provision({ ...file, ...elsewhere })).toMatchObject({ code: 0 });
  const runs = await Promise.all([
    runApp('consumer', ['check', '--from-topic', '10'], file),
    runApp('stats', ['--json'], file),
    runApp('stats', ['--json'], as('consumer')),
    runApp('producer', ['--count', '5'], as('consumer', elsewhere)),
  ]);
  expect(runs.map(({ code }) => code)).toEqual([3, 0, 0, 0]);
  expect(runs.slice(1, 3).map(({ stdout }) => JSON.parse(stdout).lag)).not.toContain(null);
  for (const run of runs) expectNoSecret(run);
});

test('renewed tokens and sessions under load lose nothing and end no membership', {
  tags: 'long',
}, async () => {
  await using consumer = startApp('consumer', [], as('consumer', { LOG_LEVEL: 'trace' }));
  await waitForLog(consumer, /joined the group/);
  const before = kafka.tokens.issuedTo('consumer');
  while (kafka.tokens.issuedTo('consumer') < before + 2) {
    await publish();
    await sleep(20);
  }
  await drained();
  consumer.process.kill('SIGTERM');
  const ended = await consumer.ended;
  expect(ended.code).toBe(0);
  // Not the line of kafkajs at level trace, which contains the same words.
  const [, ...afterJoins] = ended.stderr.split('"msg":"joined the group"');
  expect(afterJoins).toHaveLength(1);
  // Before that, the coordinator of a new broker may still be loading.
  expect(afterJoins[0]).not.toMatch(/"level":"warn"/);
  expectNoSecret(ended);
  expect(await findDifferences(pipeline, joinOracles(oracles))).toEqual([]);
});

/** The last test: its consumer cannot leave the group. */
test('a replaced token file is used for the next login, until it has expired', { tags: 'long' }, async () => {
  const first = kafka.tokens.issue('file', { lifetimeSeconds: 8 });
  const environment = await withFile('replaced', first);
  await using consumer = startApp('consumer', [], environment);
  await waitForLog(consumer, /joined the group/);
  const last = kafka.tokens.issue('file', { lifetimeSeconds: 16 });
  await rename(await kafka.write('last', last), environment['KAFKA_OAUTH_TOKEN_FILE'] ?? '');
  const ended = await consumer.ended;
  const { exp } = JSON.parse(Buffer.from(last.split('.')[1] ?? '', 'base64url').toString());
  const expiry = new Date(exp * 1_000).toISOString();
  expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining(`which expired at ${expiry}`) });
  expect(ended.stderr.match(/joined the group/g)).toHaveLength(1);
  expectNoSecret(ended);
});

async function drained(): Promise<void> {
  for (;;) {
    const offsets = await pipeline.offsets();
    if (offsets.every(({ committed, logEnd }) => (committed ?? 0n) === logEnd)) return;
    await sleep(50);
  }
}
