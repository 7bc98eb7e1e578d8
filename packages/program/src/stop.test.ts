import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { endOf, startToy } from './testing/run-toy.ts';

async function startDraining(...words: readonly string[]): Promise<ChildProcess> {
  const child = startToy(['drain', ...words]);
  if (child.stdout) await once(child.stdout, 'data');
  return child;
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  'after %s the work is finished and the exit code is 0',
  async (name) => {
    const child = await startDraining('10');
    child.kill(name);
    expect(await endOf(child)).toEqual({ code: 0, stdout: 'draining\ndrained\n', stderr: '' });
  },
);

test('a Ctrl-C that arrives twice counts once', async () => {
  const child = await startDraining('600');
  child.kill('SIGINT');
  child.kill('SIGTERM');
  expect(await endOf(child)).toMatchObject({ code: 0, stdout: 'draining\ndrained\n' });
});

test('a second signal ends the process at once', async () => {
  const child = await startDraining('600000');
  const ended = endOf(child);
  while (child.exitCode === null) {
    child.kill('SIGTERM');
    await sleep(50);
  }
  expect(await ended).toMatchObject({ code: 1, stdout: 'draining\n' });
});

test('work that exceeds the limit is abandoned, with exit code 0', async () => {
  const child = await startDraining('600000', '--at-most', '10');
  child.kill('SIGTERM');
  expect(await endOf(child)).toMatchObject({ code: 0, stdout: 'draining\n' });
});
