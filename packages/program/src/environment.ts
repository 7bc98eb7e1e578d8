import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import { type Environment, exitCode, UserError } from '@pipeline/runtime';

/**
 * The sources of settings other than flags: the process's environment, then the `.env` file at the root of
 * the workspace, or of the current folder outside a workspace.
 * @throws UserError if a `.env` file exists and cannot be read
 */
export function loadEnvironments(from: string = process.cwd()): readonly Environment[] {
  const path = join(workspaceRoot(from) ?? from, '.env');
  return existsSync(path) ? [process.env, readEnvFile(path)] : [process.env];
}

function readEnvFile(path: string): Environment {
  try {
    return parseEnv(readFileSync(path, 'utf8'));
  } catch {
    throw new UserError(`cannot read ${path}`, 'make it readable, or delete it', exitCode.usage);
  }
}

function workspaceRoot(folder: string): string | undefined {
  if (existsSync(join(folder, 'pnpm-workspace.yaml'))) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : workspaceRoot(parent);
}
