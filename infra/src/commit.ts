import { execFileSync } from 'node:child_process';

/**
 * What is in a folder: its commit, `-dirty` with changes that are in no commit; `PIPELINE_COMMIT` says it where the history
 * is missing. Always twelve digits, for git's own choice of their number depends on the clone.
 */
export function readCommit(folder: string): string {
  const { PIPELINE_COMMIT: told } = process.env;
  if (told) return told;
  try {
    const words = ['describe', '--always', '--dirty', '--abbrev=12', '--exclude=*'];
    return execFileSync('git', words, { cwd: folder, stdio: 'pipe' }).toString().trim();
  } catch {
    return 'unknown';
  }
}
