import { setTimeout as sleep } from 'node:timers/promises';
import type { Program } from './programs.ts';

/** Waits until something is so; the test's own time limit ends the wait. */
export async function waitUntil(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(50);
}

/**
 * Waits until a program has said something on stderr.
 * @throws Error when it ends without having said it
 */
export async function waitForLog(program: Program, pattern: RegExp): Promise<void> {
  let hasEnded = false;
  void program.ended.then(() => {
    hasEnded = true;
  });
  await waitUntil(() => pattern.test(program.said()) || hasEnded);
  if (!pattern.test(program.said())) throw new Error(`it never said ${pattern}, but:\n${program.said()}`);
}
