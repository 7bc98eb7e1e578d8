/** @module-tag long */
import { setTimeout as sleep } from 'node:timers/promises';
import { testStack } from '@pipeline/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findDifferences, joinOracles, type Oracle, publishMix } from './support/data/oracle.ts';
import { type Program, provision, startApp } from './support/programs/programs.ts';
import { waitForLog, waitUntil } from './support/programs/wait.ts';
import { type OauthKafka, oauthCredentials, startOauthKafka } from './support/servers/oauth-kafka.ts';
import { openPipeline, type Pipeline } from './support/servers/pipeline.ts';

const secret = 'hunter2/secret';
const clients = {
  test: { secret, lifetimeSeconds: 3_600 },
  consumer: { secret, lifetimeSeconds: 40 },
  brief: { secret, lifetimeSeconds: 6 },
};
/** Longer than the tokens of consumers: a session ends with its token. */
const SESSION_MS = 60_000;

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
  pipeline = await openPipeline(servers, 'events', 'events_dlq', oauthCredentials(kafka, 'test', secret));
  expect(await provision(pipeline.environment)).toMatchObject({ code: 0 });
});

afterAll(async () => {
  await pipeline?.[Symbol.asyncDispose]();
  await kafka?.[Symbol.asyncDispose]();
});

function startConsumer(id: string): Program {
  return startApp('consumer', [], { ...pipeline.environment, ...oauthCredentials(kafka, id, secret) });
}

/** Publishes records until a condition holds. @throws Error if the program exits first */
async function publishUntil(program: Program, condition: () => boolean): Promise<void> {
  while (!condition()) {
    requireRunning(program);
    oracles.push(await publishMix(pipeline, { events: 100, badEvery: 10, duplicateEvery: 10 }));
    await sleep(50);
  }
}

function requireRunning({ process: { exitCode }, stderr }: Program): void {
  if (exitCode !== null) throw new Error(`exit code ${exitCode}:\n${stderr()}`);
}

async function expectNothingLost(program: Program): Promise<void> {
  await waitUntil(async () => {
    requireRunning(program);
    const offsets = await pipeline.offsets();
    return offsets.every(({ committed, logEnd }) => (committed ?? 0n) === logEnd);
  });
  expect(await findDifferences(pipeline, joinOracles(oracles))).toEqual([]);
}

test('a token endpoint that is down while a token is valid ends no membership', async () => {
  await using consumer = startConsumer('consumer');
  await waitForLog(consumer, /joined the group/);
  await kafka.tokens.stop();
  await publishUntil(consumer, () => consumer.stderr().includes('the token cannot be renewed'));
  await kafka.tokens.start();
  const issued = kafka.tokens.issuedTo('consumer');
  await publishUntil(consumer, () => kafka.tokens.issuedTo('consumer') > issued);
  await expectNothingLost(consumer);
  expect(consumer.stderr().match(/joined the group/g)).toHaveLength(1);
});

test('a token endpoint that is down for longer than a token is waited for', async () => {
  await using consumer = startConsumer('brief');
  await waitForLog(consumer, /joined the group/);
  await kafka.tokens.stop();
  await publishUntil(consumer, () =>
    /KAFKA_OAUTH_TOKEN_ENDPOINT \S+ does not respond/.test(consumer.stderr()),
  );
  await sleep(5_000);
  await kafka.tokens.start();
  await expectNothingLost(consumer);
});
