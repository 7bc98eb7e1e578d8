import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import type { Environment } from './settings.ts';

/**
 * The environment of this process over the `.env` file of the workspace (or of the current folder).
 * @throws Error when a `.env` file is there but cannot be read.
 */
export function loadEnvironment(from: string = process.cwd()): Environment {
  const path = join(workspaceRoot(from) ?? from, '.env');
  const file = existsSync(path) ? parseEnv(readFileSync(path, 'utf8')) : {};
  return { ...file, ...process.env };
}

function workspaceRoot(folder: string): string | undefined {
  if (existsSync(join(folder, 'pnpm-workspace.yaml'))) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : workspaceRoot(parent);
}
