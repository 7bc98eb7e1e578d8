import { exec } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { exitCode, type Settings, UserError } from '@pipeline/runtime';
import type { databaseSettings } from './settings.ts';

/** How long the command may take. */
const COMMAND_MS = 10_000;

/** The password of DATABASE_URL, or a function that reads a current one for each new connection. */
export function passwordSource({
  DATABASE_URL: { password },
  DATABASE_PASSWORD_COMMAND: command,
  DATABASE_PASSWORD_FILE: path,
}: Settings<typeof databaseSettings>): string | (() => Promise<string>) {
  if (command !== undefined) return () => runCommand(command);
  return path === undefined ? password : () => readPassword(path);
}

/** @throws UserError with the command's first line of diagnostics if it fails or prints nothing */
async function runCommand(command: string): Promise<string> {
  try {
    const { stdout } = await promisify(exec)(command, { timeout: COMMAND_MS });
    const password = withoutLineEnd(stdout);
    if (password !== '') return password;
    throw new Error('it printed nothing');
  } catch (error) {
    const { message, stderr } = error as { readonly message: string; readonly stderr?: string };
    const [line = message] = (stderr || message).trim().split('\n');
    throw unusable('DATABASE_PASSWORD_COMMAND failed', line, 'run the command by hand as the same user');
  }
}

/** @throws UserError if the file cannot be read or is empty */
async function readPassword(path: string): Promise<string> {
  const password = withoutLineEnd(await readFile(path, 'utf8').catch(() => ''));
  if (password !== '') return password;
  throw unusable(
    'DATABASE_PASSWORD_FILE',
    `${path} cannot be read or is empty`,
    'name a file with a password',
  );
}

function withoutLineEnd(text: string): string {
  return text.replace(/[\r\n]+$/, '');
}

function unusable(setting: string, problem: string, remedy: string): UserError {
  return new UserError(`${setting}: ${problem}`, remedy, exitCode.failed);
}
