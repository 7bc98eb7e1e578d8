import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '@pipeline/runtime';
import type { Program } from './programs.ts';

/**
 * Asks until something is so.
 * @param everyMs the precision of what is measured by waiting
 */
export async function waitUntil(isSo: () => boolean | Promise<boolean>, everyMs: number): Promise<void> {
  while (!(await isSo())) await sleep(everyMs);
}

/**
 * Asks until something is so that a program brings about.
 * @throws Failure when it ends instead
 */
export async function waitWhileRunning(
  program: Program,
  isSo: () => boolean | Promise<boolean>,
  everyMs: number,
): Promise<void> {
  await waitUntil(() => {
    if (program.hasEnded) throw new Failure(`it ended: ${program.said().slice(-500)}`, 'see what it says');
    return isSo();
  }, everyMs);
}

/** Waits until a consumer belongs to its group. */
export async function waitUntilJoined(consumer: Program): Promise<void> {
  await waitWhileRunning(consumer, () => consumer.said().includes('joined the group'), 20);
}
