import { isSea } from 'node:sea';
import type { Fix } from '@pipeline/runtime';

/** Where the programs of the pipeline run: from their TypeScript sources, or as executables. */
export type Place = 'checkout' | 'executable';

export function currentPlace(): Place {
  return isSea() ? 'executable' : 'checkout';
}

/**
 * What a user types to run a program of the pipeline: `consumer migrate` next to an executable,
 * `pnpm --filter consumer start migrate` in a checkout.
 */
export function commandLine(program: string, words: readonly string[] = [], place = currentPlace()): string {
  const start = place === 'checkout' ? ['pnpm', '--filter', program, 'start'] : [program];
  return [...start, ...words].join(' ');
}

/** The command of a remedy. */
export function fixCommand(fix: Fix, place = currentPlace()): string {
  if (fix.name === 'create-tables') return commandLine('consumer', ['migrate'], place);
  if (fix.name === 'skip-batch') return commandLine('consumer', ['--skip', fix.batch], place);
  if (fix.name === 'accept-cluster')
    return commandLine('consumer', ['--accept-cluster', fix.clusterId], place);
  return place === 'checkout' ? 'pnpm --filter infra provision' : 'consumer create-topics';
}
