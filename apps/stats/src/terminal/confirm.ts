import { createInterface } from 'node:readline/promises';
import { exitCode, UserError } from '@pipeline/runtime';
import type { Say } from './diagnostics.ts';

/** The streams of the confirmation. */
interface Terminal {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stderr: NodeJS.WritableStream;
}

/**
 * Whether a command is to change rows: not in a dry run, nor without rows, and only after a confirmation.
 * @param what the change, such as `discard 7 dead letters`
 * @param rows their number
 * @param nothing the diagnostic if there are none
 * @throws UserError like `confirm`
 */
export async function confirmChange(
  { what, rows, nothing }: { readonly what: string; readonly rows: bigint; readonly nothing: string },
  { dryRun, yes }: { readonly dryRun?: boolean | undefined; readonly yes?: boolean | undefined },
  say: Say,
): Promise<boolean> {
  if (dryRun) say(`would ${what}`);
  else if (rows === 0n) say(nothing);
  else await confirm(what, yes);
  return !dryRun && rows > 0n;
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
