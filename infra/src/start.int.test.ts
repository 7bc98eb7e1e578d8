import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { acceptsConnections, findFreePort, parseEndpoint } from './local/endpoint.ts';

let data: string;
let kafka: string;
let postgres: string;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'pipeline-start-'));
  kafka = `127.0.0.1:${await findFreePort()}`;
  postgres = `postgres://app:app@127.0.0.1:${await findFreePort()}/app`;
});

afterAll(() => rm(data, { recursive: true, force: true }));

function run(program: string, ...words: readonly string[]): ChildProcess {
  return spawn(process.execPath, ['--conditions=source', join(import.meta.dirname, program), ...words], {
    env: { ...process.env, KAFKA_BROKERS: kafka, DATABASE_URL: postgres },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

async function firstLine({ stdout }: ChildProcess): Promise<string | undefined> {
  return stdout ? String((await once(createInterface(stdout), 'line'))[0]) : undefined;
}

async function start(
  ...words: readonly string[]
): Promise<{ readonly starter: ChildProcess; readonly line: string | undefined }> {
  const starter = run('start.ts', '--data', data, ...words);
  return { starter, line: await firstLine(starter) };
}

async function untilNobodyAnswers(): Promise<void> {
  const endpoints = [parseEndpoint(kafka), parseEndpoint(new URL(postgres).host)];
  while ((await Promise.all(endpoints.map(acceptsConnections))).includes(true)) await sleep(100);
}

async function exitCode(program: ChildProcess): Promise<unknown> {
  return (await once(program, 'exit'))[0];
}

test('start says where its servers are; killed, it leaves none, and starts again on what they left', async () => {
  const first = await start();
  expect(first.line).toBe(`ready kafka=${kafka} postgres=${postgres}`);
  first.starter.kill('SIGKILL');
  await untilNobodyAnswers();
  const second = await start();
  expect(second.line).toBe(first.line);
  second.starter.kill('SIGTERM');
  expect(await exitCode(second.starter)).toBe(0);
  await untilNobodyAnswers();
});

test('a reset forgets the data of the servers, and nothing else in their folder', async () => {
  const [old, other] = [join(data, 'kafka', 'old'), join(data, 'other')];
  await mkdir(join(data, 'kafka'), { recursive: true });
  for (const file of [old, other]) await writeFile(file, '');
  const { starter } = await start('--reset');
  expect([existsSync(old), existsSync(other)]).toEqual([false, true]);
  starter.kill('SIGTERM');
  expect(await exitCode(starter)).toBe(0);
});

test('start uses servers that answer, and leaves them running; provision may run twice at once', async () => {
  const owner = await start();
  const guest = await start();
  expect(guest.line).toBe(owner.line);
  guest.starter.kill('SIGINT');
  expect(await exitCode(guest.starter)).toBe(0);
  expect(await Promise.all([run('provision.ts'), run('provision.ts')].map(exitCode))).toEqual([0, 0]);
  owner.starter.kill('SIGINT');
  expect(await exitCode(owner.starter)).toBe(0);
});
