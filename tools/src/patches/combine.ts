import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/** Independent of the user's settings, and of a repository that the temporary folder may be in. */
const env = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CEILING_DIRECTORIES: tmpdir(),
};

/**
 * Applies a series to the published library and returns the changes as one diff, with one line of context: pnpm takes
 * one patch per package version. The published library is the installed one without the patch that pnpm applied.
 * @param installed folder of the library as pnpm has installed it
 * @param applied path of the patch that pnpm has applied to it
 * @param series paths of the patches to apply, in order
 * @throws Error if a patch does not apply
 */
export function combine(installed: string, applied: string, series: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'patches-'));
  try {
    const [published, patched] = [join(folder, 'a'), join(folder, 'b')];
    cpSync(installed, published, { recursive: true, dereference: true });
    git(published, ['apply', '--reverse', applied], 'the installed library: run "pnpm install"');
    cpSync(published, patched, { recursive: true });
    for (const path of series) git(patched, ['apply', path], basename(path));
    return diffFolders(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function git(cwd: string, words: readonly string[], subject: string): void {
  try {
    execFileSync('git', words, { cwd, env, stdio: 'pipe', encoding: 'utf8' });
  } catch (error) {
    throw new Error(`Cannot apply ${subject}\n${(error as { readonly stderr?: string }).stderr ?? error}`);
  }
}

/** The differences of the folders `a` and `b`, without the lines of object names. */
function diffFolders(cwd: string): string {
  const words = ['diff', '--no-index', '--no-color', '--no-renames', '--no-prefix', '--unified=1', 'a', 'b'];
  const { stdout } = spawnSync('git', words, { cwd, env, encoding: 'utf8' });
  return stdout.replace(/^index .*\n/gm, '');
}
