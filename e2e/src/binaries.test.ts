/** @module-tag long */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { findViolations, noViolations, sumLedgers } from './support/data/invariants.ts';
import { expectStoredOnce, ownEvents, writeDefinition } from './support/data/own-events.ts';
import { createBareRoot, whyNoBareRoot } from './support/programs/bare-root.ts';
import { appNames, binaryOf, buildBinary, librariesOf, rootFolder } from './support/programs/binaries.ts';
import type { AppName, Environment } from './support/programs/programs.ts';
import { waitUntil } from './support/programs/wait.ts';
import { createPipeline, type Pipeline } from './support/servers/pipeline.ts';

const run = promisify(execFile);

beforeAll(async () => {
  for (const app of appNames) await buildBinary(app);
});

/** Runs an executable without PATH, Node or the repository as its working directory. */
const runBinary = (app: AppName, args: readonly string[], env: Environment = {}) =>
  run(binaryOf(app), [...args], { cwd: '/', env });

const versionOf = async (app: AppName) => (await runBinary(app, ['--version'])).stdout;

test.each(appNames)('%s is one file that prints its version and commit', async (app) => {
  expect(await versionOf(app)).toMatch(/^\d+\.\d+\.\d+ ([0-9a-f]{12}(-dirty)?|unknown)\n$/);
  expect(statSync(binaryOf(app)).size).toBeLessThan(200e6);
});

test.each(appNames)('%s prints no warning: V8 accepts the code cache of the build', async (app) => {
  expect((await runBinary(app, ['--version'])).stderr).toBe('');
});

test.each(appNames)('%s does not contain the path of its build folder', (app) => {
  expect(readFileSync(binaryOf(app)).includes(rootFolder)).toBe(false);
});

test('stack traces refer to lines of the sources', async () => {
  const failed = runBinary('consumer', [], { KAFKA_BROKERS: 'nowhere', LOG_LEVEL: 'debug' });
  await expect(failed).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/at readSettings \(packages\/runtime\/src\/settings\.ts:\d+:\d+\)/),
  });
});

/** Reports, at the first connection, what was read before it. */
const startProbe = `
  const net = require('node:net'), read = [];
  Object.defineProperty(process, 'stdin', { get() { read.push('stdin'); } });
  net.Socket.prototype.connect = () => { process.stdout.write(JSON.stringify(read)); process.exit(0); };`;

test('before its first connection, the consumer does not read stdin', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'start-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const probe = join(folder, 'probe.cjs');
  writeFileSync(probe, startProbe);
  const environment = { KAFKA_BROKERS: '127.0.0.1:1', DATABASE_URL: 'postgres://a:b@127.0.0.1:1/c' };
  const { stdout } = await runBinary('consumer', [], {
    ...environment,
    METRICS_PORT: '0',
    NODE_OPTIONS: `--require=${probe}`,
  });
  expect(JSON.parse(stdout)).toEqual([]);
});

test('the consumer loads SHADOW_SCHEMA from a file outside the executable', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'candidate-'));
  const candidate = join(folder, 'candidate.mjs');
  writeFileSync(candidate, "import { defineEvents } from '@pipeline/schema';\ndefineEvents({ types: [] });");
  const failed = runBinary('consumer', [], { SHADOW_SCHEMA: candidate });
  const stderr = expect.stringMatching(`SHADOW_SCHEMA: ${candidate}: .*every event would be rejected`);
  await expect(failed).rejects.toMatchObject({ code: 2, stderr });
  rmSync(folder, { recursive: true });
});

test.each(Object.entries(ownEvents))('the consumer stores events of a %s exactly once', async (_, events) => {
  await expectStoredOnce(events, (environment) =>
    runBinary('consumer', ['--once'], { ...environment, METRICS_PORT: '0' }),
  );
});

test.each(Object.entries(ownEvents))(
  'the producer makes an example of each type of a %s',
  async (_, events) => {
    await using definition = await writeDefinition(events);
    const { stdout } = await runBinary('producer', ['--example'], { EVENTS: definition.path });
    expect(stdout.trimEnd().split('\n')).toHaveLength(events.isFolder ? 3 : 1);
  },
);

test('an executable needs only the C and C++ libraries and libatomic', async () => {
  const libraries = await librariesOf(binaryOf('consumer'));
  const cLibraries = ['libc.so.6', 'libdl.so.2', 'libm.so.6', 'libpthread.so.0'];
  const expected = [...cLibraries, 'libatomic.so.1', 'libgcc_s.so.1', 'libstdc++.so.6'];
  expect([...libraries.keys()].sort()).toEqual(expected.sort());
});

const permissiveLicenses = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'Unlicense'];

test.each(appNames)('the SBOM of %s lists the contents, all with permissive licences', (app) => {
  const { components } = JSON.parse(readFileSync(`${binaryOf(app)}.cdx.json`, 'utf8'));
  const names = components.map(({ name }: { readonly name: string }) => name);
  expect(names).toEqual(
    expect.arrayContaining(['@pipeline/kafka', 'kafkajs', 'commander', 'node', 'openssl']),
  );
  const licenses = components.flatMap(
    (one: Component) => one.licenses?.map(({ expression }) => expression) ?? [],
  );
  expect(licenses.filter((license: string) => !permissiveLicenses.includes(license))).toEqual([]);
  const { pedigree } = components.find(({ name }: { readonly name: string }) => name === 'kafkajs');
  expect(pedigree.patches.length).toBeGreaterThan(1);
});

interface Component {
  readonly licenses?: readonly { readonly expression: string }[];
}

const mixture = ['--count', '2000', '--rate', '0', '--invalid-ratio', '0.1', '--seed', '1'];

async function dropTables({ database }: Pipeline): Promise<void> {
  await database.run((sql) => sql.unsafe('drop schema public cascade; create schema public').simple());
}

async function countAccountedFor({ database }: Pipeline): Promise<number> {
  const { stored = 0, dead = 0 } = (await sumLedgers(database)) ?? {};
  return stored + dead;
}

test('the executables alone create tables, publish, store and verify', async () => {
  await using pipeline = await createPipeline();
  const environment = { ...pipeline.environment, METRICS_PORT: '0', DLQ_LIMIT_RATIO: '0' };
  await dropTables(pipeline);
  await expect(runBinary('stats', [], environment)).rejects.toMatchObject({
    stderr: expect.stringMatching(/\(run "consumer migrate"\)\n$/),
  });
  await runBinary('consumer', ['migrate'], environment);
  const { stderr } = await runBinary('stats', [], environment);
  expect(stderr).toBe('stats: nothing is stored yet: producer\n');
  await runBinary('producer', mixture, environment);
  await runBinary('consumer', ['--once'], environment);
  expect((await runBinary('stats', ['verify'], environment)).stdout).toMatch(/^everything adds up/);
  expect(await findViolations(pipeline.database)).toEqual(noViolations);
  const { stored = 0, dead = 0 } = (await sumLedgers(pipeline.database)) ?? {};
  expect([stored > 1_500, dead > 100, stored + dead]).toEqual([true, true, 2_000]);
  const columns = 'order_id is not null and amount >= 0 and currency is not null';
  const missing = `select from raw_events left join (select event_id from event_purchase where ${columns}) as viewed
    using (event_id) where event_type = 'purchase' and viewed is null`;
  expect(await pipeline.database.run((sql) => sql.unsafe(missing))).toEqual([]);
});

test('they run and report their health in a read-only root without a shell', async ({ skip }) => {
  const reason = whyNoBareRoot();
  skip(reason !== undefined, reason);
  await using pipeline = await createPipeline();
  await using root = await createBareRoot();
  const environment = {
    ...pipeline.environment,
    METRICS_PORT: '0',
    HTTP_HOST: '0.0.0.0',
    DLQ_LIMIT_RATIO: '0',
  };
  await dropTables(pipeline);
  await root.run('consumer', ['migrate'], environment);
  const consumer = root.start('consumer', [], environment);
  try {
    const [line] = await once(consumer.stderr, 'data');
    const health = { HTTP_HOST: '0.0.0.0', METRICS_PORT: /:(\d+)"/.exec(String(line))?.[1] ?? '' };
    await root.run('producer', mixture, environment);
    await waitUntil(async () => (await countAccountedFor(pipeline)) === 2_000);
    for (const args of [['health'], ['health', '--ready']])
      expect((await root.run('consumer', args, health)).stdout).toBe('ok\n');
    expect((await root.run('stats', ['verify'], environment)).stdout).toMatch(/^everything adds up/);
    consumer.kill('SIGTERM');
    expect(await once(consumer, 'exit')).toEqual([0, null]);
    await expect(root.run('consumer', ['health'], health)).rejects.toMatchObject({ code: 3 });
  } finally {
    consumer.kill('SIGKILL');
  }
});

test('the stats executable contains the web page', async () => {
  const child = spawn(binaryOf('stats'), ['serve'], {
    cwd: '/',
    env: { STATS_PORT: '0', LOG_FORMAT: 'json' },
  });
  try {
    const line = String((await once(child.stderr, 'data'))[0]);
    const url = /http:[^"]+/.exec(line)?.[0];
    for (const path of [
      '/',
      '/web/app.ts',
      '/web/charts/plot.ts',
      '/web/style.css',
      '/web/uPlot.iife.min.js',
    ])
      expect([path, (await fetch(`${url}${path}`)).status]).toEqual([path, 200]);
    expect(line).not.toMatch(/Warning/);
  } finally {
    child.kill('SIGKILL');
  }
});
