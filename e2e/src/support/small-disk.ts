import { execFile } from 'node:child_process';
import { appendFile, mkdir, rm, rmdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A disk with a folder on it that has little room to grow. */
export interface SmallDisk {
  /** Leaves no room. */
  fill(): Promise<void>;
  /** Makes room again. */
  free(): Promise<void>;
}

/** What the disk has room for besides what is moved onto it. */
const ROOM_KB = 64 << 10;

/** Why this machine cannot have such a disk; undefined where it can. */
export function whyNoSmallDisk(): string | undefined {
  const isPossible = process.platform === 'linux' && process.getuid?.() === 0;
  return isPossible ? undefined : 'only root on Linux may mount a small disk';
}

/**
 * Moves a folder to a small disk, does something, and moves the folder back, whatever happens meanwhile. Nobody may use
 * the folder before and afterwards.
 */
export async function onSmallDisk(folder: string, work: (disk: SmallDisk) => Promise<void>): Promise<void> {
  const mountPoint = `${folder}-disk`;
  const moved = join(mountPoint, 'moved');
  const filler = join(mountPoint, 'filler');
  await mkdir(mountPoint);
  await run('mount', ['-t', 'tmpfs', '-o', `size=${(await sizeKb(folder)) + ROOM_KB}k`, 'tmpfs', mountPoint]);
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

/** To another disk, with the owners and rights of all that is in it. */
async function moveTo(from: string, to: string): Promise<void> {
  await run('cp', ['-a', from, to]);
  await rm(from, { recursive: true });
}

/** In ever smaller steps, until not a block is left. */
async function fillWith(filler: string): Promise<void> {
  for (let bytes = 1 << 20; bytes >= 4_096; ) {
    const isFull = await appendFile(filler, Buffer.alloc(bytes)).then(
      () => false,
      (error: NodeJS.ErrnoException) => error.code === 'ENOSPC',
    );
    if (isFull) bytes /= 2;
  }
}
