import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { findProcess } from './process/ancestors.ts';

/** The program on a local port, such as `nginx (process 812)`; `another program` without permission. */
export async function findPortOwner(port: number): Promise<string> {
  const pid = process.platform === 'linux' ? await ownerFromProc(port) : await ownerFromLsof(port);
  const words = pid === undefined ? undefined : findProcess(pid)?.words;
  return words?.[0] ? `${basename(words[0])} (process ${pid})` : 'another program';
}

/** Finds the inode of the listening socket, then the process that has it open: proc_net(5). */
async function ownerFromProc(port: number): Promise<number | undefined> {
  const inode = (await Promise.all(['tcp', 'tcp6'].map((table) => listeningInode(table, port)))).find(
    Boolean,
  );
  if (inode === undefined) return undefined;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const holds = await Promise.all(pids.map((pid) => hasOpen(pid, `socket:[${inode}]`)));
  const pid = pids[holds.indexOf(true)];
  return pid === undefined ? undefined : Number(pid);
}

async function listeningInode(table: string, port: number): Promise<string | undefined> {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = (await readFile(`/proc/net/${table}`, 'utf8').catch(() => '')).split('\n');
  const fields = lines.map((line) => line.trim().split(/\s+/));
  return fields.find(([, address, , state]) => state === '0A' && address?.endsWith(local))?.[9];
}

async function hasOpen(pid: string, target: string): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  const descriptors = await readdir(folder).catch(() => []);
  const targets = await Promise.all(descriptors.map((name) => readlink(`${folder}/${name}`).catch(() => '')));
  return targets.includes(target);
}

async function ownerFromLsof(port: number): Promise<number | undefined> {
  const words = ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-t'];
  const { stdout } = await promisify(execFile)('lsof', words).catch(() => ({ stdout: '' }));
  return stdout === '' ? undefined : Number(stdout.split('\n')[0]);
}
