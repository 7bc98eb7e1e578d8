import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { createEvent, jsonRecord } from './support/data/events.ts';
import { expectStoredOnce, ownEvents, writeDefinition } from './support/data/own-events.ts';
import { rootFolder } from './support/programs/binaries.ts';
import { type Environment, provision, runApp, startApp } from './support/programs/programs.ts';
import { waitUntil } from './support/programs/wait.ts';
import { createPipeline } from './support/servers/pipeline.ts';

async function drain(environment: Environment): Promise<void> {
  const { code, stderr } = await runApp('consumer', ['--once'], environment);
  if (code !== 0) throw new Error(stderr);
}

test.concurrent.each(Object.entries(ownEvents))(
  'events of a %s are stored exactly once',
  async (_, events) => {
    await expectStoredOnce(events, drain);
  },
);

test.each(Object.entries(ownEvents))(
  'simulated events of a %s are stored',
  { tags: 'long' },
  async (_, events) => {
    await using definition = await writeDefinition(events);
    await using pipeline = await createPipeline();
    const environment = { ...pipeline.environment, EVENTS: definition.path };
    const published = await runApp('producer', ['--count', '50', '--rate', '0'], environment);
    expect(published).toMatchObject({ code: 0 });
    await drain(environment);
    const [found] = await pipeline.database.run(
      (sql) =>
        sql`select (select count(*)::int from dlq_events) as dead, count(*)::int as stored from raw_events`,
    );
    expect(found).toEqual({ dead: 0, stored: 50 });
  },
);

test('the stats page suggests the types of the definition', async () => {
  await using definition = await writeDefinition(ownEvents.folder);
  await using pipeline = await createPipeline();
  const environment = { ...pipeline.environment, EVENTS: definition.path, LOG_FORMAT: 'json' };
  await using stats = startApp('stats', ['serve'], environment);
  await waitUntil(async () => /http:/.test(stats.stderr()));
  const [url] = /http:[^"]+/.exec(stats.stderr()) ?? [];
  const page = await (await fetch(`${url}/dead-letters`)).text();
  for (const type of ['OrderPaid', 'customer.changed', 'order.placed'])
    expect(page).toContain(`<option value="${type}">`);
});

const wrong = {
  ...ownEvents.folder,
  files: { 'a.json': { $ref: 'https://example.com/a.json' }, 'b.json': '{', 'c.json': { type: 'objekt' } },
};

const programs = {
  consumer: (environment: Environment) => runApp('consumer', ['--once'], environment),
  producer: (environment: Environment) => runApp('producer', ['--count', '1'], environment),
  'stats serve': (environment: Environment) => runApp('stats', ['serve'], environment),
  'infra provision': provision,
};

test.each(Object.entries(programs))('%s reports everything wrong with a definition', async (_, run) => {
  await using definition = await writeDefinition(wrong);
  const ended = await run({ EVENTS: definition.path, KAFKA_BROKERS: '127.0.0.1:1', DATABASE_URL: '' });
  expect(ended).toMatchObject({ code: 2, stdout: '' });
  const lines = ended.stderr.trimEnd().split('\n').slice(1);
  expect(lines.map((line) => line.slice(0, `  EVENTS: ${definition.path}: a.json`.length))).toEqual(
    ['b.json', 'a.json', 'c.json'].map((file) => `  EVENTS: ${definition.path}: ${file}`),
  );
});

test('a module that does not exist is reported by its path', async () => {
  const ended = await runApp('consumer', ['--once'], { EVENTS: '/nowhere/events.ts' });
  expect(ended).toMatchObject({ code: 2 });
  expect(ended.stderr).toBe('consumer: invalid settings:\n  EVENTS: /nowhere/events.ts: does not exist\n');
});

test('a definition with another id rule is refused for a topic that has events', async () => {
  await using definition = await writeDefinition(ownEvents.module);
  await using pipeline = await createPipeline();
  await pipeline.publish([jsonRecord(createEvent())]);
  await drain(pipeline.environment);
  const ended = await runApp('consumer', ['--once'], { ...pipeline.environment, EVENTS: definition.path });
  expect(ended).toMatchObject({ code: 2, stdout: '' });
  const rules = /the rule \["id","\/event_id",null\], but the definition has the rule \["id","\/id",null\]/;
  expect(ended.stderr.trimEnd().split('\n').at(-1)).toMatch(rules);
});

const devScripts = [
  ['apps/consumer', 'dev'],
  ['apps/producer', 'dev'],
  ['apps/stats', 'dev'],
  ['infra', 'provision:dev'],
] as const;

test.each(devScripts)(
  'the script of %s for development resolves EVENTS from the root',
  { tags: 'long' },
  async (folder, script) => {
    const cwd = join(rootFolder, folder);
    const { scripts } = JSON.parse(await readFile(join(cwd, 'package.json'), 'utf8'));
    const env = { ...process.env, EVENTS: 'my-events' };
    await expect(promisify(execFile)('sh', ['-c', scripts[script]], { cwd, env })).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`EVENTS: ${join(rootFolder, 'my-events')}: does not exist`),
    });
  },
);
