import { isSea } from 'node:sea';

/**
 * Where the programs of the pipeline run: from their TypeScript sources, as executables, or as a library
 * elsewhere.
 */
export type Place = 'checkout' | 'executable' | 'library';

/** Only a checkout runs `.ts` files; a published package holds `.js` files. */
export function currentPlace(): Place {
  if (isSea()) return 'executable';
  return import.meta.filename.endsWith('.ts') ? 'checkout' : 'library';
}

/**
 * What a user types to run a program of the pipeline: `consumer migrate` next to an executable,
 * `pnpm --filter consumer start migrate` in a checkout.
 */
export function commandLine(program: string, words: readonly string[] = [], place = currentPlace()): string {
  const start = place === 'checkout' ? ['pnpm', '--filter', program, 'start'] : [program];
  return [...start, ...words].join(' ');
}

/**
 * A remedy for which the pipeline has a command. Packages name only the remedy; the command depends on the
 * place.
 */
export type Fix =
  | { readonly name: 'create-topics' }
  | { readonly name: 'create-tables' }
  /** `batch` is `TOPIC:PARTITION:OFFSET`. */
  | { readonly name: 'skip-batch'; readonly batch: string };

/** The command of a remedy, or undefined if there is none in this place. */
export function fixCommand(fix: Fix, place = currentPlace()): string | undefined {
  if (place === 'library') return undefined;
  if (fix.name === 'create-tables') return commandLine('consumer', ['migrate'], place);
  if (fix.name === 'skip-batch') return commandLine('consumer', ['--skip', fix.batch], place);
  // Executables leave topics to the tools of the cluster.
  return place === 'checkout' ? 'pnpm --filter infra provision' : undefined;
}
