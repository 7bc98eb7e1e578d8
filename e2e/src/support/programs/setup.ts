import { symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bundleProgram } from 'tools/bundle';
import { appNames, rootFolder } from './binaries.ts';
import { appFolder, bundleOf, killableConsumer } from './programs.ts';

/** Vitest's global setup: bundles the programs, which start in less than half the time of their sources. */
export async function setup(): Promise<void> {
  const apps = appNames.map((app) => bundle(join(appFolder(app), 'src/main.ts'), bundleOf(app)));
  const killable = bundle(join(import.meta.dirname, 'consumer-with-kill-point.ts'), killableConsumer);
  await Promise.all([...apps, killable]);
}

async function bundle(entry: string, file: string): Promise<void> {
  await bundleProgram(entry, { file, codeSplitting: false });
  await symlink(join(rootFolder, 'sql'), join(dirname(file), 'sql')).catch(ignoreExisting);
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
