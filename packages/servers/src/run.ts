import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import { text } from 'node:stream/consumers';
import { UserError } from '@pipeline/runtime';
import { invocationOf, type RunAs } from './process/run-as.ts';

export interface RunOptions {
  readonly account?: RunAs | undefined;
  readonly input?: string;
}

/**
 * Runs a command to its end and returns its stdout.
 * @throws UserError with the last line of its stderr if it fails
 */
export async function run(
  command: readonly string[],
  { account, input = '' }: RunOptions = {},
): Promise<string> {
  const { command: program, words, options } = invocationOf(command, account);
  const child = spawn(program, words, { ...options, stdio: 'pipe' });
  child.stdin.end(input);
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  if (code === 0) return output;
  const lastLine = errors.trimEnd().split('\n').at(-1) ?? '';
  throw new UserError(`${basename(command[0] ?? '')} failed: ${lastLine}`, 'see the message');
}
