import { existsSync } from 'node:fs';
import { chown, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '@pipeline/runtime';
import { findProcess } from '../process/ancestors.ts';
import type { RunAs } from '../process/run-as.ts';
import { run } from './run.ts';

/**
 * Makes a data folder, unless it is there. It is made beside its place and moved there, so that a start that is cut
 * short leaves nothing half made.
 * @throws UserError when it belongs to another user or cannot be made
 */
export async function ensurePostgresData(initdb: string, folder: string, account?: RunAs): Promise<void> {
  if (existsSync(folder)) return await requireOwner(folder, account);
  const fresh = await mkdtemp(`${folder}-new-`);
  if (account) await chown(fresh, account.uid, account.gid);
  const words = [
    '-D',
    fresh,
    '-U',
    'postgres',
    '--encoding=UTF8',
    '--no-locale',
    '--no-sync',
    '--auth=reject',
  ];
  try {
    await run([initdb, ...words], { account });
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
 * Removes the pid file that a killed server or a restarted machine has left: its number may be another program's by
 * now, and Postgres would take that for a running server.
 * @throws UserError when a server does run on this folder
 */
export async function removeStalePid(folder: string): Promise<void> {
  const path = join(folder, 'postmaster.pid');
  if (!existsSync(path)) return;
  const [pid = '', , , port = ''] = (await readFile(path, 'utf8')).split('\n');
  const program = basename(findProcess(Number(pid))?.words[0] ?? '');
  if (program !== 'postgres') return await rm(path, { force: true });
  throw new UserError(
    `a Postgres on port ${port} already uses ${folder} (process ${pid})`,
    'stop it, or point DATABASE_URL to it',
  );
}

/** Lets everybody of this machine in with a password, or without one where the URL has none. */
export async function writeAccessRules(folder: string, hasPassword: boolean): Promise<void> {
  const method = hasPassword ? 'scram-sha-256' : 'trust';
  const rules = ['127.0.0.1/32', '::1/128'].map((address) => `host all all ${address} ${method}\n`);
  await writeFile(join(folder, 'pg_hba.conf'), rules.join(''));
}
