import { execFile } from 'node:child_process';
import { appendFile, mkdir, rm, rmdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A disk with little free space. */
export interface SmallDisk {
  /** Uses up the free space. */
  fill(): Promise<void>;
  /** Frees the space that `fill` used. */
  free(): Promise<void>;
}

/** Free space after the folder was moved. */
const FREE_KB = 64 << 10;

/** The reason why this machine does not support it; undefined if it does. */
export function whyNoSmallDisk(): string | undefined {
  const isPossible = process.platform === 'linux' && process.getuid?.() === 0;
  return isPossible ? undefined : 'mounting a small disk needs root on Linux';
}

/**
 * Moves a folder to a small disk, runs an action, and moves the folder back. No program may have the folder
 * open when this is called or when the action ends.
 */
export async function onSmallDisk(folder: string, work: (disk: SmallDisk) => Promise<void>): Promise<void> {
  const mountPoint = `${folder}-disk`;
  const moved = join(mountPoint, 'moved');
  const filler = join(mountPoint, 'filler');
  await mkdir(mountPoint);
  await run('mount', ['-t', 'tmpfs', '-o', `size=${(await sizeKb(folder)) + FREE_KB}k`, 'tmpfs', mountPoint]);
  try {
    await moveTo(folder, moved);
    await symlink(moved, folder);
    await work({ fill: () => fillWith(filler), free: () => rm(filler) });
    await rm(folder);
    await moveTo(moved, folder);
  } finally {
    await run('umount', ['--lazy', mountPoint]);
    await rmdir(mountPoint);
  }
}

async function sizeKb(folder: string): Promise<number> {
  const { stdout } = await run('du', ['-sk', folder]);
  return Number.parseInt(stdout, 10);
}

/** Moves a folder across disks, preserving owners and permissions. */
async function moveTo(from: string, to: string): Promise<void> {
  await run('cp', ['-a', from, to]);
  await rm(from, { recursive: true });
}

/** Appends in ever smaller steps, until no block is left. */
async function fillWith(filler: string): Promise<void> {
  for (let bytes = 1 << 20; bytes >= 4_096; ) {
    const isFull = await appendFile(filler, Buffer.alloc(bytes)).then(
      () => false,
      (error: NodeJS.ErrnoException) => error.code === 'ENOSPC',
    );
    if (isFull) bytes /= 2;
  }
}
