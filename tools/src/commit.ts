import { execFileSync } from 'node:child_process';

/**
 * The commit of a folder, with `-dirty` if it has uncommitted changes; `PIPELINE_COMMIT` replaces it if the
 * history is missing. Always twelve digits, because git's default length depends on the clone.
 */
export function readCommit(folder: string): string {
  const { PIPELINE_COMMIT: commit } = process.env;
  if (commit) return commit;
  try {
    const words = ['describe', '--always', '--dirty', '--abbrev=12', '--exclude=*'];
    return execFileSync('git', words, { cwd: folder, stdio: 'pipe' }).toString().trim();
  } catch {
    return 'unknown';
  }
}
