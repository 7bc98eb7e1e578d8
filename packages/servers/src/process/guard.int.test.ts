import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { findProcess } from './ancestors.ts';

const guard = join(import.meta.dirname, 'guard.ts');
const printPidAndStay = 'console.log(process.pid); setInterval(() => {}, 1000)';

/** A shell in place of the task runner; returns it and the pid of the guarded process two levels below. */
async function startBelow(script: string) {
  const runner = spawn('sh', ['-c', `"$0" "$1" -- "$0" -e "$2"; true`, process.execPath, guard, script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const [line] = await once(createInterface(runner.stdout), 'line');
  return { runner, pid: Number(line) };
}

async function untilGone(pid: number): Promise<void> {
  while (findProcess(pid) !== undefined) await sleep(50);
}

test('a guarded process ends when its starter is killed by SIGKILL', async () => {
  const { runner, pid } = await startBelow(printPidAndStay);
  expect(findProcess(pid)).toBeDefined();
  runner.kill('SIGKILL');
  await untilGone(pid);
});

test('a guarded process that ignores SIGTERM is killed', { tags: 'long' }, async () => {
  const { runner, pid } = await startBelow(`process.on('SIGTERM', () => {}); ${printPidAndStay}`);
  runner.kill('SIGKILL');
  await untilGone(pid);
});

test('the guard exits with the exit code of its process', async () => {
  const guarded = spawn(process.execPath, [guard, '--', process.execPath, '-e', 'process.exit(7)']);
  expect((await once(guarded, 'exit'))[0]).toBe(7);
});
