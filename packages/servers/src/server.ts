import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '@pipeline/runtime';
import type { GuardedProcess } from './process/guarded.ts';

const POLL_MS = 50;

/**
 * Waits until a server that was just started responds.
 * @throws UserError with the last lines of its log if it ends instead; the signal's reason once it is aborted
 */
export async function waitUntilReady(
  name: string,
  server: GuardedProcess,
  logPath: string,
  isReady: () => Promise<boolean>,
  signal?: AbortSignal,
): Promise<void> {
  let ended = false;
  void server.ended.then(() => {
    ended = true;
  });
  while (!(await isReady())) {
    if (signal?.aborted) await server.stop();
    signal?.throwIfAborted();
    if (ended) throw new UserError(`${name} failed to start: ${lastLines(logPath)}`, `see ${logPath}`);
    await sleep(POLL_MS);
  }
}

/** The last two lines of a log, stack traces excluded. */
function lastLines(path: string): string {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines
    .filter((line) => /^\S/.test(line))
    .slice(-2)
    .join(' | ');
}
