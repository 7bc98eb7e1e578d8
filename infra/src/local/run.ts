import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import { text } from 'node:stream/consumers';
import { UserError } from '@pipeline/runtime';
import { invocationOf, type RunAs } from '../process/run-as.ts';

export interface RunOptions {
  readonly account?: RunAs | undefined;
  readonly input?: string;
}

/**
 * Runs a short command to its end and returns what it wrote to stdout.
 * @throws UserError with the last line that it wrote to stderr when it fails
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
  throw new UserError(`${basename(command[0] ?? '')} failed: ${lastLine}`, 'see what it says');
}
