import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '@pipeline/runtime';
import type { Program } from './programs.ts';

/**
 * Polls until a condition holds, while a program is running.
 * @param everyMs polling interval, which limits the precision of measured durations
 * @throws UserError if the program exits first
 */
export async function waitWhileRunning(
  program: Program,
  condition: () => boolean | Promise<boolean>,
  everyMs: number,
): Promise<void> {
  while (!(await condition())) {
    if (program.hasEnded) throw new UserError('the program exited early', lastLine(program.stderr()));
    await sleep(everyMs);
  }
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}

/** Waits until a consumer has joined its group. */
export async function waitUntilJoined(consumer: Program): Promise<void> {
  await waitWhileRunning(consumer, () => consumer.stderr().includes('joined the group'), 20);
}
