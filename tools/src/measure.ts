import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findExcess, summarize } from './measure/figures.ts';
import { isProduction, measureSource } from './measure/source.ts';
import { rootFolder } from './root-folder.ts';

/**
 * Prints the sizes of the production code by package, and exits with 1 if a limit is exceeded. The argument
 * is the root of another checkout.
 */
const root = process.argv[2] ?? rootFolder;
const args = ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate'];
const paths = execFileSync('git', args, { cwd: root }).toString().split('\n').filter(isProduction).sort();
const sources = paths.map((path) => measureSource(path, readFileSync(join(root, path), 'utf8')));

const packages = Map.groupBy(
  sources,
  ({ path }) => /^((apps|packages)\/)?[^/]+(?=\/)/.exec(path)?.[0] ?? '.',
);
const rows = [...packages, ['total', sources] as const].map(([name, own]) => [name, summarize(own)]);
console.table(Object.fromEntries(rows));

for (const line of findExcess(sources)) {
  console.error(line);
  process.exitCode = 1;
}
