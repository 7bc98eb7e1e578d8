import { execFile, execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { npxArguments } from './pnpm.ts';
import { type AppName, appFolder } from './programs.ts';

const run = promisify(execFile);

export const rootFolder = join(import.meta.dirname, '../../../..');
export const appNames = ['producer', 'consumer', 'stats'] as const;

/** Path of the executable of an app; it exists once it is built. */
export function binaryOf(app: AppName): string {
  return join(appFolder(app), 'dist', app);
}

/** Builds the executable of an app, from this repository or a copy of it. Returns its path. */
export async function buildBinary(app: AppName, root = rootFolder, commit = ''): Promise<string> {
  const cwd = join(root, 'apps', app);
  const build = join(root, 'tools/src/build-binary.ts');
  const env = { ...process.env, PIPELINE_COMMIT: commit };
  await run(process.execPath, ['--conditions=source', build], { cwd, env });
  return join(cwd, 'dist', app);
}

/** A copy of the working tree in another folder, with its dependencies installed. */
export interface Copy extends AsyncDisposable {
  readonly folder: string;
}

/**
 * Copies all files that git does not ignore, and installs from the lockfile what building an app needs; deleted on
 * disposal.
 */
export async function copyRepository(app: AppName): Promise<Copy> {
  const copy = await copySources();
  const filters = [`${app}...`, 'tools...'].flatMap((name) => ['--filter', name]);
  const install = npxArguments(...filters, 'install', '--frozen-lockfile', '--prefer-offline');
  await run('npx', [...install], { cwd: copy.folder });
  return copy;
}

/** The same without an installation, as after `git clone`. */
export async function copySources(): Promise<Copy> {
  const folder = await mkdtemp(join(tmpdir(), 'copy-'));
  for (const file of listSources()) await cp(join(rootFolder, file), join(folder, file));
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, maxRetries: 5 }) };
}

function listSources(): readonly string[] {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate'];
  return execFileSync('git', args, { cwd: rootFolder }).toString().trim().split('\n');
}

/** Paths of the shared libraries that an executable needs, by name. */
export async function librariesOf(file: string): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await run('ldd', [file]);
  return new Map(
    [...stdout.matchAll(/^\s+(\S+) => (\S+) \(/gm)].map(([, name = '', path = '']) => [name, path]),
  );
}

/** Path of the dynamic loader of an executable. */
export async function loaderOf(file: string): Promise<string> {
  const { stdout } = await run('ldd', [file]);
  return /^\s+(\/\S*ld-linux\S*)/m.exec(stdout)?.[1] ?? '';
}

/** Copies files into another root folder, keeping their paths. */
export async function copyInto(root: string, paths: Iterable<string>): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await cp(path, join(root, path), { dereference: true });
  }
}
