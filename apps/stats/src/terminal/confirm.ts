import { createInterface } from 'node:readline/promises';
import { exitCode, UserError } from '@pipeline/runtime';

/** The streams of the confirmation. */
interface Terminal {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stderr: NodeJS.WritableStream;
}

/**
 * Asks for confirmation, unless `yes` is set.
 * @throws UserError if the answer is not yes, or stdin is not a terminal
 */
export async function confirm(
  question: string,
  yes = false,
  { stdin, stderr }: Terminal = process,
): Promise<void> {
  if (yes) return;
  if (!stdin.isTTY)
    throw new UserError(
      `${question}: confirmation required, but stdin is not a terminal`,
      'add --yes',
      exitCode.usage,
    );
  const terminal = createInterface({ input: stdin, output: stderr });
  // Ctrl-C and Ctrl-D reject the question; both count as no.
  const answer = await terminal.question(`${question}? [y/N] `).catch(() => '');
  terminal.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new UserError('cancelled', 'answer y to continue');
}
