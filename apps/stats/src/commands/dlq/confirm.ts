import { createInterface } from 'node:readline/promises';
import { exitCode, Failure } from '@pipeline/runtime';

/**
 * Asks whether to go on, unless that was said already.
 * @throws Failure when the answer is not yes, or nobody is there to ask
 */
export async function confirm(question: string, yes = false): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY)
    throw new Failure(`${question}: nobody can be asked`, 'add --yes', exitCode.usage);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`${question}? [y/N] `);
  terminal.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new Failure('nothing was done', 'answer y to go on');
}
