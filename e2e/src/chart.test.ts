import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshName } from '@pipeline/testing';
import { noHelm, renderRelease } from 'infra/helm';
import { type Manifest, podsOf } from 'infra/manifests';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findDifferences, publishMix } from './support/data/oracle.ts';
import { type Ended, type Environment, runApp, startApp } from './support/programs/programs.ts';
import { waitForLog } from './support/programs/wait.ts';
import { createPipeline, openPipeline, type Pipeline } from './support/servers/pipeline.ts';

let stack: Pipeline;
let release: readonly Manifest[];
/** Holds a folder per Secret, with its files. */
const secrets = mkdtempSync(join(tmpdir(), 'secrets-'));

beforeAll(async () => {
  stack = await createPipeline();
  const { KAFKA_BROKERS, DATABASE_URL = '' } = stack.environment;
  for (const role of ['owner', 'consumer', 'stats', 'topics']) createSecret(role, DATABASE_URL);
  // Without the logins of the example, which the test servers do not need.
  const login = { settings: { KAFKA_SASL_USERNAME: null } };
  release = renderRelease('orders', {
    settings: {
      KAFKA_BROKERS,
      KAFKA_TOPIC: `${stack.topic}-orders`,
      KAFKA_DLQ_TOPIC: `${stack.topic}-orders-dlq`,
      KAFKA_GROUP_ID: `${stack.topic}-orders`,
      KAFKA_SSL: false,
      KAFKA_SASL_MECHANISM: null,
    },
    topics: { ...login, replicationFactor: 1 },
    consumer: login,
    stats: login,
    keda: { enabled: false },
    cronJobs: { prove: { enabled: true } },
  });
}, 60_000);

afterAll(async () => {
  rmSync(secrets, { recursive: true });
  await stack[Symbol.asyncDispose]();
});

/** Creates or replaces a Secret. */
function createSecret(name: string, databaseUrl: string): void {
  const folder = join(secrets, `orders-${name}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'database-url'), databaseUrl);
}

/** Creates a user in a role, which the migrations have created, and its Secret. */
async function createLogin(secret: string, role: string): Promise<void> {
  const username = freshName(role);
  await stack.database.run((sql) =>
    sql.unsafe(`create role ${username} login password 'secret' in role pipeline_orders_${role}`),
  );
  const { DATABASE_URL = '' } = stack.environment;
  createSecret(secret, Object.assign(new URL(DATABASE_URL), { username, password: 'secret' }).href);
}

/** What a pod of the release runs, with the files of its Secret and with free ports. */
function commandOf(id: string) {
  const [, pod] = podsOf(release).find(([one]) => one === id) ?? [];
  const [container] = pod?.containers ?? [];
  if (container === undefined) throw new Error(`no ${id}`);
  const secret = pod?.volumes.find(({ name }) => name === 'secrets')?.secret?.secretName ?? '';
  const env = (container.env ?? []).map(({ name, value = '' }) => {
    const path = value.replace('/run/secrets/pipeline', join(secrets, secret));
    return [name, /_PORT$/.test(name) ? '0' : path] as const;
  });
  const name = /\/(consumer|stats):/.exec(container.image)?.[1] as 'consumer' | 'stats';
  const environment: Environment = Object.fromEntries(env);
  return { name, args: container.args ?? [], environment };
}

function runPod(id: string, ...more: readonly string[]): Promise<Ended> {
  const { name, args, environment } = commandOf(id);
  return runApp(name, [...args, ...more], environment);
}

describe.skipIf(noHelm !== undefined)(`the chart${noHelm ? ` (${noHelm})` : ''}`, () => {
  test('the pods of a release create topics and tables, store events, verify and prove', async () => {
    expect(await runPod('Job orders-topics')).toMatchObject({ code: 0 });
    expect(await runPod('Job orders-migrate')).toMatchObject({ code: 0 });
    await createLogin('stats', 'reader');
    await createLogin('operator', 'operator');
    const { environment } = commandOf('Deployment orders-consumer');
    const { KAFKA_BROKERS: brokers = '', KAFKA_TOPIC = '', KAFKA_DLQ_TOPIC = '', ...others } = environment;
    const { DATABASE_URL: databaseUrl = '' } = stack.environment;
    await using pipeline = await openPipeline({ brokers, databaseUrl }, KAFKA_TOPIC, KAFKA_DLQ_TOPIC, others);
    const oracle = await publishMix(pipeline, { events: 200, badEvery: 50, duplicateEvery: 20 });
    expect(await runPod('Deployment orders-consumer', '--once')).toMatchObject({ code: 0 });
    expect(await findDifferences(pipeline, oracle)).toEqual([]);
    expect(await runPod('CronJob orders-verify')).toMatchObject({ code: 0 });
    expect(await runPod('CronJob orders-prove')).toMatchObject({ code: 0 });
    const proofs = await pipeline.database.run((sql) => sql`select differences from pipeline.proofs`);
    expect(proofs).toEqual([{ differences: 0n }]);
  });

  test('the page of a release starts with its arguments and settings', async () => {
    const { name, args, environment } = commandOf('Deployment orders-stats');
    await using page = startApp(name, args, environment);
    await waitForLog(page, /stats page http:/);
  });
});
