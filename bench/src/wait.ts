import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '@pipeline/runtime';
import type { Program } from './programs.ts';

/**
 * Asks until something is so that a program brings about.
 * @param everyMs how often it asks: the precision of what is measured by waiting
 * @throws UserError when the program ends instead
 */
export async function waitWhileRunning(
  program: Program,
  isSo: () => boolean | Promise<boolean>,
  everyMs: number,
): Promise<void> {
  while (!(await isSo())) {
    if (program.hasEnded) throw new UserError(`it ended: ${lastLine(program.said())}`, 'see what it says');
    await sleep(everyMs);
  }
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}

/** Waits until a consumer belongs to its group. */
export async function waitUntilJoined(consumer: Program): Promise<void> {
  await waitWhileRunning(consumer, () => consumer.said().includes('joined the group'), 20);
}
