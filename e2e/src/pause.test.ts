import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createEvent, jsonRecord } from './support/data/events.ts';
import { listViolations } from './support/data/invariants.ts';
import { type Program, runApp, startApp } from './support/programs/programs.ts';
import { waitForLog, waitUntil } from './support/programs/wait.ts';
import { createPipeline, type Pipeline } from './support/servers/pipeline.ts';

/** Documented maximum time until a consumer obeys. */
const OBEYED_MS = 5_000;

/** Publishes an event to each of three partitions. */
async function publishToAll(pipeline: Pipeline): Promise<void> {
  await pipeline.publish([0, 1, 2].map((partition) => jsonRecord(createEvent(), { partition })));
}

/** Number of stored events by partition. */
async function storedOf({ database }: Pipeline): Promise<readonly number[]> {
  const rows = await database.run(
    (sql) => sql<{ stored: number }[]>`select stored::int from ingest_progress order by partition`,
  );
  return rows.map(({ stored }) => stored);
}

function isStored(pipeline: Pipeline, stored: readonly number[]): Promise<void> {
  return waitUntil(async () => String(await storedOf(pipeline)) === String(stored));
}

async function probe(consumer: Program, path: string): Promise<Response> {
  await waitForLog(consumer, /listening for probes/);
  const [, url = ''] = /(http:\/\/[\d.:]+)/.exec(consumer.stderr()) ?? [];
  return await fetch(`${url}${path}`);
}

async function isReady(consumer: Program): Promise<void> {
  await waitUntil(async () => (await probe(consumer, '/readyz')).status === 200);
}

const change = (pipeline: Pipeline, command: 'pause' | 'resume', partitions: readonly string[]) =>
  runApp('consumer', [command, ...partitions.flatMap((one) => ['--partition', one])], pipeline.environment);

test.concurrent('a paused partition is not read, also after a restart, until it is resumed', async () => {
  await using pipeline = await createPipeline();
  const { topic } = pipeline;
  // A static member replaces its killed self at once.
  const environment = { ...pipeline.environment, KAFKA_GROUP_INSTANCE_ID: 'one' };
  const two = [`${topic}:1`, `${topic}:2`];
  await publishToAll(pipeline);
  {
    await using consumer = startApp('consumer', [], environment);
    await isStored(pipeline, [1, 1, 1]);
    await isReady(consumer);
    expect(await change(pipeline, 'pause', two)).toMatchObject({
      code: 0,
      stdout: `${two.map((one) => `${one} is paused\n`).join('')}`,
    });
    await sleep(OBEYED_MS);
    await publishToAll(pipeline);
    await isStored(pipeline, [2, 1, 1]);
    await sleep(1_000);
    expect(await storedOf(pipeline)).toEqual([2, 1, 1]);
    expect((await probe(consumer, '/readyz')).status).toBe(200);
    const metrics = await (await probe(consumer, '/metrics')).text();
    expect(metrics).toMatch(/^pipeline_partition_paused\{.*partition="1"\} 1$/m);
    expect(metrics).toMatch(/^pipeline_partition_paused\{.*partition="0"\} 0$/m);
    expect(metrics).toMatch(/^pipeline_paused\{.*\} 0$/m);
    consumer.process.kill('SIGKILL');
  }
  await using consumer = startApp('consumer', [], environment);
  await isReady(consumer);
  await publishToAll(pipeline);
  await isStored(pipeline, [3, 1, 1]);
  const { stderr } = await runApp('stats', [], environment);
  expect(stderr).toContain(`paused partitions ${topic}/1, ${topic}/2`);
  expect(await change(pipeline, 'resume', [`${topic}:2`])).toMatchObject({ code: 0 });
  await isStored(pipeline, [3, 1, 3]);
  expect(await change(pipeline, 'resume', two)).toMatchObject({
    code: 0,
    stdout: `${topic}:1 is resumed\n${topic}:2 was not paused\n`,
  });
  await isStored(pipeline, [3, 3, 3]);
  expect(await listViolations(pipeline.database)).toEqual([]);
});

test.concurrent('an unknown partition is one line with exit code 2, and nothing is paused', async () => {
  await using pipeline = await createPipeline();
  const { topic, environment } = pipeline;
  await publishToAll(pipeline);
  expect(await runApp('consumer', ['--once'], environment)).toMatchObject({ code: 0 });
  for (const command of ['pause', 'resume'] as const) {
    const { code, stdout, stderr } = await change(pipeline, command, [`${topic}:0`, `${topic}:7`, 'other:0']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.trim().split('\n')).toEqual([
      `consumer: no consumer has read ${topic}:7, other:0 yet, or there is no such partition; nothing was changed; correct --partition`,
    ]);
  }
  const { code, stderr } = await change(pipeline, 'pause', [topic]);
  expect([code, stderr]).toEqual([2, expect.stringContaining('Expected TOPIC:PARTITION')]);
  expect(await runApp('consumer', ['--once'], environment)).toMatchObject({ code: 0 });
});

test.concurrent('--once ends with the name of a paused partition, instead of waiting for it', async () => {
  await using pipeline = await createPipeline();
  const { topic, environment } = pipeline;
  await publishToAll(pipeline);
  expect(await runApp('consumer', ['--once'], environment)).toMatchObject({ code: 0 });
  await change(pipeline, 'pause', [`${topic}:1`]);
  expect(await runApp('consumer', ['--once'], environment)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`${topic}/1 is paused, and cannot be drained; resume it first`),
  });
});
