import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { findViolations, noViolations, sumLedgers } from './support/invariants.ts';
import { createPipeline } from './support/pipeline.ts';
import { type AppName, appEntry, type Environment } from './support/programs.ts';

const run = promisify(execFile);
const apps = ['producer', 'consumer', 'stats'] as const;
const folderOf = (app: AppName) => join(appEntry(app), '../..');
const binaryOf = (app: AppName) => join(folderOf(app), 'dist', app);

beforeAll(async () => {
  const build = join(folderOf('stats'), '../../infra/src/build-binary.ts');
  for (const app of apps) await run(process.execPath, ['--conditions=source', build], { cwd: folderOf(app) });
});

/** Runs one of the files alone: no PATH, no Node, no folder of the repository. */
const runBinary = (app: AppName, args: readonly string[], env: Environment = {}) =>
  run(binaryOf(app), [...args], { cwd: '/', env });

test.each(apps)('%s is one file that tells its version and its commit', async (app) => {
  expect((await runBinary(app, ['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+ ([0-9a-f]{7,}|unknown)\n$/);
  expect(statSync(binaryOf(app)).size).toBeLessThan(200e6);
});

test('the three files alone make the tables, publish, store, and verify', async () => {
  await using pipeline = await createPipeline();
  const environment = { ...pipeline.environment, METRICS_PORT: '0', DLQ_LIMIT_RATIO: '0' };
  await pipeline.database.run((sql) =>
    sql.unsafe('drop schema public cascade; create schema public').simple(),
  );
  await runBinary('consumer', ['migrate'], environment);
  const mixture = ['--count', '2000', '--rate', '0', '--invalid-ratio', '0.1', '--seed', '1'];
  await runBinary('producer', mixture, environment);
  await runBinary('consumer', ['--once'], environment);
  expect((await runBinary('stats', ['verify'], environment)).stdout).toMatch(/^everything adds up/);
  expect(await findViolations(pipeline.database)).toEqual(noViolations);
  const { stored = 0, dead = 0 } = (await sumLedgers(pipeline.database)) ?? {};
  expect([stored > 1_500, dead > 100, stored + dead]).toEqual([true, true, 2_000]);
});

test('the page is inside the file of stats', async () => {
  const child = spawn(binaryOf('stats'), ['serve'], {
    cwd: '/',
    env: { STATS_PORT: '0', LOG_FORMAT: 'json' },
  });
  try {
    const line = String((await once(child.stderr, 'data'))[0]);
    const url = /http:[^"]+/.exec(line)?.[0];
    for (const path of ['/', '/web/app.ts', '/web/style.css', '/web/uPlot.iife.min.js'])
      expect([path, (await fetch(`${url}${path}`)).status]).toEqual([path, 200]);
    expect(line).not.toMatch(/Warning/);
  } finally {
    child.kill('SIGKILL');
  }
});
