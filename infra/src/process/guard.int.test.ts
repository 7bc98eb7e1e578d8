import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { findProcess } from './ancestors.ts';

const guard = join(import.meta.dirname, 'guard.ts');
const sayPidAndStay = 'console.log(process.pid); setInterval(() => {}, 1000)';

/** A shell that stands for the task runner; returns it and the pid of the guarded process two steps below. */
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

test('a guarded process ends when what started it is killed and can say nothing', async () => {
  const { runner, pid } = await startBelow(sayPidAndStay);
  expect(findProcess(pid)).toBeDefined();
  runner.kill('SIGKILL');
  await untilGone(pid);
});

test('a guarded process that ignores its end is ended by force', async () => {
  const { runner, pid } = await startBelow(`process.on('SIGTERM', () => {}); ${sayPidAndStay}`);
  runner.kill('SIGKILL');
  await untilGone(pid);
});

test('the exit code of a guarded process is passed on', async () => {
  const guarded = spawn(process.execPath, [guard, '--', process.execPath, '-e', 'process.exit(7)']);
  expect((await once(guarded, 'exit'))[0]).toBe(7);
});
