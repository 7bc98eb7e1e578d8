import { resolve } from 'node:path';

/** Resolves a path from the folder where pnpm was called: it runs a script in the folder of its package. */
export function resolveCliPath(path: string): string {
  return resolve(process.env['INIT_CWD'] ?? '', path);
}
