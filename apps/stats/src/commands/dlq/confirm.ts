import { createInterface } from 'node:readline/promises';
import { exitCode, UserError } from '@pipeline/runtime';

/** Where somebody may sit. */
interface Terminal {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stderr: NodeJS.WritableStream;
}

/**
 * Asks whether to go on, unless that was said already.
 * @throws UserError when the answer is not yes, or nobody is there to ask
 */
export async function confirm(
  question: string,
  yes = false,
  { stdin, stderr }: Terminal = process,
): Promise<void> {
  if (yes) return;
  if (!stdin.isTTY) throw new UserError(`${question}: nobody can be asked`, 'add --yes', exitCode.usage);
  const terminal = createInterface({ input: stdin, output: stderr });
  // Ctrl-C and Ctrl-D are no answer.
  const answer = await terminal.question(`${question}? [y/N] `).catch(() => '');
  terminal.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new UserError('nothing was done', 'answer y to go on');
}
