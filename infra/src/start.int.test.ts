/** @module-tag long */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { acceptsConnections, dockerAnswers, findFreePort, parseEndpoint } from '@pipeline/servers';
import { afterAll, beforeAll, expect, test } from 'vitest';

let data: string;
let kafka: string;
let postgres: string;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'pipeline-start-'));
  kafka = `127.0.0.1:${await findFreePort()}`;
  postgres = `postgres://app:app@127.0.0.1:${await findFreePort()}/app`;
});

afterAll(() => rm(data, { recursive: true, force: true }));

type Environment = Readonly<Record<string, string>>;

function run(program: string, words: readonly string[] = [], environment: Environment = {}): ChildProcess {
  return spawn(process.execPath, ['--conditions=source', join(import.meta.dirname, program), ...words], {
    env: { ...process.env, KAFKA_BROKERS: kafka, DATABASE_URL: postgres, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function firstLine({ stdout }: ChildProcess): Promise<string | undefined> {
  return stdout ? String((await once(createInterface(stdout), 'line'))[0]) : undefined;
}

async function start(
  ...words: readonly string[]
): Promise<{ readonly starter: ChildProcess; readonly line: string | undefined }> {
  const starter = run('start.ts', ['--data', data, ...words]);
  starter.stderr?.resume();
  return { starter, line: await firstLine(starter) };
}

async function untilPortsClose(): Promise<void> {
  const endpoints = [parseEndpoint(kafka), parseEndpoint(new URL(postgres).host)];
  while ((await Promise.all(endpoints.map(acceptsConnections))).includes(true)) await sleep(100);
}

async function exitCode(program: ChildProcess): Promise<unknown> {
  return (await once(program, 'exit'))[0];
}

/** The one that started the running servers. */
let owner: ChildProcess;

test('start leaves no server when it is killed, and restarts on their data', async () => {
  const first = await start();
  expect(first.line).toBe(`ready kafka=${kafka} postgres=${postgres}`);
  first.starter.kill('SIGKILL');
  await untilPortsClose();
  const second = await start();
  expect(second.line).toBe(first.line);
  owner = second.starter;
});

test('start does not touch running servers; provision may run twice at once', async () => {
  const guest = await start();
  expect(guest.line).toBe(`ready kafka=${kafka} postgres=${postgres}`);
  guest.starter.kill('SIGINT');
  expect(await exitCode(guest.starter)).toBe(0);
  const provisions = [run('provision.ts', [], { LOG_FORMAT: 'json' }), run('provision.ts')];
  const diagnostics = text(provisions[0]?.stderr as NodeJS.ReadableStream);
  expect(await Promise.all(provisions.map(exitCode))).toEqual([0, 0]);
  const lines = (await diagnostics).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).msg)).toContainEqual(
    expect.stringContaining('tables up to date'),
  );
  owner.kill('SIGINT');
  expect(await exitCode(owner)).toBe(0);
  await untilPortsClose();
});

test('a reset deletes the data of the servers and nothing else in their folder', {
  tags: 'long',
}, async () => {
  const [old, other] = [join(data, 'kafka', 'old'), join(data, 'other')];
  await mkdir(join(data, 'kafka'), { recursive: true });
  for (const file of [old, other]) await writeFile(file, '');
  const { starter } = await start('--reset');
  expect([existsSync(old), existsSync(other)]).toEqual([false, true]);
  starter.kill('SIGTERM');
  expect(await exitCode(starter)).toBe(0);
});

/** A folder with links to a few programs of this machine, as the only one in PATH. */
async function pathWith(...programs: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(data, 'bin-'));
  const places = (process.env['PATH'] ?? '').split(delimiter);
  for (const program of programs) {
    const place = places.find((one) => existsSync(join(one, program)));
    if (place !== undefined) await symlink(join(place, program), join(folder, program));
  }
  return folder;
}

test('without Java and Docker, one line names both as ways to start Kafka', async () => {
  const starter = run('start.ts', ['--data', data], { PATH: await pathWith() });
  const [code, stderr] = await Promise.all([
    exitCode(starter),
    text(starter.stderr as NodeJS.ReadableStream),
  ]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^infra: Kafka is unreachable.* Java 17.* Docker .*$/m);
});

test('without Java, Kafka runs in a container that ends with it', async ({ skip }) => {
  if (!(await dockerAnswers())) return skip('no Docker engine is running');
  const starter = run('start.ts', ['--data', data], { PATH: await pathWith('docker') });
  starter.stderr?.resume();
  expect(await firstLine(starter)).toBe(`ready kafka=${kafka} postgres=${postgres}`);
  expect(await exitCode(run('provision.ts'))).toBe(0);
  starter.kill('SIGKILL');
  await untilPortsClose();
  const reset = run('start.ts', ['--data', data, '--reset']);
  reset.stderr?.resume();
  await firstLine(reset);
  reset.kill('SIGTERM');
  expect(await exitCode(reset)).toBe(0);
});
