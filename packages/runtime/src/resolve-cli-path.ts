import { resolve } from 'node:path';

/**
 * A path as whoever typed it meant it: pnpm runs a program in the folder of its package, and says in INIT_CWD where it was
 * called.
 */
export function resolveCliPath(path: string): string {
  return resolve(process.env['INIT_CWD'] ?? '', path);
}
