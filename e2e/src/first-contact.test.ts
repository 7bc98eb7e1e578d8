/** @module-tag long */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { acceptsConnections, findFreePort } from '@pipeline/servers';
import { isNightly } from '@pipeline/testing';
import { describe, expect, test } from 'vitest';
import { copySources } from './support/programs/binaries.ts';
import { npxArguments } from './support/programs/pnpm.ts';
import { processTree, stillRunning } from './support/programs/process-tree.ts';
import type { Environment } from './support/programs/programs.ts';
import { waitUntil } from './support/programs/wait.ts';

/** Everything that `dev` has started must end this long after its outermost process. */
const CLEANUP_MS = 10_000;

/** npm asks before it installs; the variables of the pnpm that runs this test are removed. */
const inherited = Object.entries(process.env).filter(
  ([name]) => !/^(npm_|pnpm_|NODE_COMPILE_CACHE|VITEST|TURBO_HASH)/i.test(name),
);
const base: Environment = { ...Object.fromEntries(inherited as [string, string][]), npm_config_yes: 'false' };

/** Runs a pnpm command to its end as a person would type it; rejects if it fails. */
async function pnpm(folder: string, environment: Environment, ...words: readonly string[]) {
  const options = { cwd: folder, env: { ...base, ...environment }, maxBuffer: 1 << 26 };
  return await promisify(execFile)('npx', [...npxArguments(...words)], options);
}

/** Starts a pnpm command without a terminal, its output in a file. */
function startPnpm(folder: string, environment: Environment, ...words: readonly string[]) {
  const path = join(folder, 'output.log');
  const log = openSync(path, 'w');
  const npx = spawn('npx', [...npxArguments(...words)], {
    cwd: folder,
    env: { ...base, ...environment },
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  return { npx, printed: () => readFileSync(path, 'utf8') };
}

async function ownAddresses() {
  const [kafka, postgres] = [await findFreePort(), await findFreePort()];
  return {
    ports: [kafka, postgres],
    environment: {
      KAFKA_BROKERS: `127.0.0.1:${kafka}`,
      DATABASE_URL: `postgres://app:app@127.0.0.1:${postgres}/app`,
      METRICS_PORT: '0',
      STATS_PORT: '0',
    },
  };
}

async function openPorts(ports: readonly number[]): Promise<readonly number[]> {
  const open = await Promise.all(ports.map((port) => acceptsConnections({ host: '127.0.0.1', port })));
  return ports.filter((_, index) => open[index]);
}

/** Kills only the given process; returns which of its descendants and ports remain after 10 s. */
async function killAndWait({ pid = 0 }: ChildProcess, signal: NodeJS.Signals, ports: readonly number[]) {
  const tree = processTree(pid);
  process.kill(pid, signal);
  const deadline = Date.now() + CLEANUP_MS;
  const left = async () => [...stillRunning(tree), ...(await openPorts(ports))];
  await waitUntil(async () => Date.now() > deadline || (await left()).length === 0);
  const remaining = await left();
  for (const one of tree) if (stillRunning([one]).length > 0) process.kill(one, 'SIGKILL');
  return { started: tree.length, remaining };
}

const isRunning = /consumer:dev: .*joined the group/;

describe.skipIf(process.platform !== 'linux')('in a fresh clone', () => {
  test.each(isNightly ? (['SIGKILL', 'SIGTERM'] as const) : (['SIGKILL'] as const))(
    'dev works after a filtered command, and %s to npx alone ends all of it',
    async (signal) => {
      await using clone = await copySources();
      const { ports, environment } = await ownAddresses();
      await pnpm(clone.folder, {}, '--filter', 'consumer', 'start', '--help');
      const { npx, printed } = startPnpm(clone.folder, environment, 'turbo', 'run', 'dev');
      await waitUntil(() => isRunning.test(printed()) || npx.exitCode !== null);
      expect(printed()).toMatch(isRunning);
      const { started, remaining } = await killAndWait(npx, signal, ports);
      expect(started).toBeGreaterThan(20);
      expect(remaining).toEqual([]);
    },
  );

  test.runIf(isNightly)(
    'dev killed while its servers start leaves no process and starts no app',
    async () => {
      await using clone = await copySources();
      const { ports, environment } = await ownAddresses();
      const { npx, printed } = startPnpm(clone.folder, environment, 'turbo', 'run', 'dev');
      await waitUntil(() => /infra:dev: ✔ Postgres/.test(printed()) || npx.exitCode !== null);
      expect(printed()).not.toMatch(/consumer:dev: \$/);
      expect((await killAndWait(npx, 'SIGKILL', ports)).remaining).toEqual([]);
      expect(printed()).not.toMatch(/consumer:dev: \$/);
    },
  );

  test.runIf(isNightly)(
    'dev of one app starts the servers too, and leaves those of the user running',
    async () => {
      await using clone = await copySources();
      const { ports, environment } = await ownAddresses();
      const dev = ['turbo', 'run', 'dev', '--filter=consumer'];
      const first = startPnpm(clone.folder, environment, ...dev);
      await waitUntil(() => isRunning.test(first.printed()));
      expect((await killAndWait(first.npx, 'SIGTERM', ports)).remaining).toEqual([]);
      const servers = spawnServers(clone.folder, environment);
      await waitForReady(servers.stdout);
      const second = startPnpm(clone.folder, environment, ...dev);
      await waitUntil(() => isRunning.test(second.printed()));
      expect((await killAndWait(second.npx, 'SIGTERM', [])).remaining).toEqual([]);
      expect(await openPorts(ports)).toEqual(ports);
      expect((await killAndWait(servers, 'SIGTERM', ports)).remaining).toEqual([]);
    },
  );

  test.runIf(isNightly)('after a filtered command, build writes executables that run', async () => {
    await using clone = await copySources();
    await pnpm(clone.folder, {}, '--filter', 'stats', 'start', '--help');
    await pnpm(clone.folder, {}, 'turbo', 'run', 'build');
    for (const app of ['producer', 'consumer', 'stats']) {
      const executable = join(clone.folder, 'apps', app, 'dist', app);
      const { stdout } = await promisify(execFile)(executable, ['--version']);
      expect(stdout).toMatch(/^\d+\.\d+\.\d+ /);
    }
  });

  test.runIf(isNightly)('after infra start, the tests run on its servers', async () => {
    await using clone = await copySources();
    const { ports, environment } = await ownAddresses();
    const servers = spawnServers(clone.folder, environment);
    await waitForReady(servers.stdout);
    const given = { ...environment, PIPELINE_TEST_SERVERS: 'given' };
    const files = ['--project', 'servers', 'e2e/src/codecs.test.ts'];
    const { stdout } = await pnpm(clone.folder, given, 'turbo', 'run', 'test', '--', ...files);
    expect(stdout).toMatch(/Test Files .*1 passed/);
    expect((await killAndWait(servers, 'SIGKILL', ports)).remaining).toEqual([]);
  });
});

function spawnServers(folder: string, environment: Environment) {
  return spawn('npx', [...npxArguments('--silent', '--filter', 'infra', 'start')], {
    cwd: folder,
    env: { ...base, ...environment },
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
}

async function waitForReady(stdout: Readable): Promise<void> {
  for await (const line of createInterface(stdout)) if (line.startsWith('ready ')) return;
  throw new Error('the servers ended before they were ready');
}
