import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const manifest = join(import.meta.dirname, '../../../../package.json');
const { packageManager }: { readonly packageManager: string } = JSON.parse(readFileSync(manifest, 'utf8'));

/** Arguments of npx for a pnpm command, with the exact version of pnpm that the repository names. */
export function npxArguments(...words: readonly string[]): readonly string[] {
  return ['-y', packageManager, ...words];
}

/** The folder with that `pnpm`, for PATH: npx needs a second for each command. */
export async function findPnpmFolder(): Promise<string> {
  const args = ['-y', '--package', packageManager, '--call', 'command -v pnpm'];
  return dirname((await promisify(execFile)('npx', args)).stdout);
}
