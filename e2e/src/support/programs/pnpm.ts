import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const manifest = join(import.meta.dirname, '../../../../package.json');
const { packageManager }: { readonly packageManager: string } = JSON.parse(readFileSync(manifest, 'utf8'));

/** Arguments of npx for a pnpm command, with the exact version of pnpm that the repository names. */
export function npxArguments(...words: readonly string[]): readonly string[] {
  return ['-y', packageManager, ...words];
}
