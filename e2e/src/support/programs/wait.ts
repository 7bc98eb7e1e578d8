import { setTimeout as sleep } from 'node:timers/promises';
import type { Program } from './programs.ts';

/** Polls until a condition holds, limited only by the timeout of the test. */
export async function waitUntil(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(50);
}

/** Waits until a condition holds, for at most a number of milliseconds. Returns whether it holds. */
export async function holdsWithin(
  limitMs: number,
  condition: () => boolean | Promise<boolean>,
): Promise<boolean> {
  const deadline = Date.now() + limitMs;
  let holds = false;
  await waitUntil(async () => {
    holds = await condition();
    return holds || Date.now() > deadline;
  });
  return holds;
}

/**
 * Waits until the stderr of a program matches a pattern.
 * @throws Error if it exits first
 */
export async function waitForLog(program: Program, pattern: RegExp): Promise<void> {
  let hasEnded = false;
  void program.ended.then(() => {
    hasEnded = true;
  });
  await waitUntil(() => pattern.test(program.stderr()) || hasEnded);
  if (!pattern.test(program.stderr()))
    throw new Error(`no match for ${pattern} in stderr:\n${program.stderr()}`);
}
