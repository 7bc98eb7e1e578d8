import { existsSync } from 'node:fs';
import { chown, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '@pipeline/runtime';
import { findProcess } from '../process/ancestors.ts';
import type { RunAs } from '../process/run-as.ts';
import { run } from '../run.ts';

/**
 * Creates a data folder if it is missing: in a temporary folder that is then renamed, because a partly
 * initialized one would fail the next start.
 * @throws UserError if it belongs to another user or cannot be created
 */
export async function ensurePostgresData(initdb: string, folder: string, account?: RunAs): Promise<void> {
  if (existsSync(folder)) return await requireOwner(folder, account);
  const fresh = await mkdtemp(`${folder}-new-`);
  if (account) await chown(fresh, account.uid, account.gid);
  const options = ['--encoding=UTF8', '--no-locale', '--no-sync', '--auth=reject'];
  try {
    await run([initdb, '-D', fresh, '-U', 'postgres', ...options], { account });
    await rename(fresh, folder);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}

async function requireOwner(folder: string, account?: RunAs): Promise<void> {
  const { uid } = await stat(folder);
  if (uid === (account?.uid ?? process.getuid?.())) return;
  throw new UserError(`${folder} belongs to another user`, `run as that user, or remove ${dirname(folder)}`);
}

/**
 * Removes the pid file of a server that was killed or did not survive a reboot: the pid may have been reused
 * by another program, which Postgres would take for a running server.
 * @throws UserError if a server does run on this folder
 */
export async function removeStalePid(folder: string): Promise<void> {
  const path = join(folder, 'postmaster.pid');
  if (!existsSync(path)) return;
  const [pid = '', , , port = ''] = (await readFile(path, 'utf8')).split('\n');
  const program = basename(findProcess(Number(pid))?.words[0] ?? '');
  if (program !== 'postgres') return await rm(path, { force: true });
  throw new UserError(
    `a Postgres on port ${port} already uses ${folder} (process ${pid})`,
    'stop it, or set DATABASE_URL to its address',
  );
}

/** Allows local connections, with a password if the URL has one. */
export async function writeAccessRules(folder: string, hasPassword: boolean): Promise<void> {
  const method = hasPassword ? 'scram-sha-256' : 'trust';
  const rules = ['127.0.0.1/32', '::1/128'].map((address) => `host all all ${address} ${method}\n`);
  await writeFile(join(folder, 'pg_hba.conf'), rules.join(''));
}
