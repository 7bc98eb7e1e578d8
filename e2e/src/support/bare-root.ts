import { type ChildProcessByStdio, execFile, execFileSync, spawn } from 'node:child_process';
import { chmod, link, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { appNames, binaryOf, copyInto, librariesOf, loaderOf, rootFolder } from './binaries.ts';
import type { AppName, Environment } from './programs.ts';

/**
 * A root folder with nothing in it but the three files and the libraries that they ask for: no shell, no /proc, no /etc.
 * Programs see it as read-only, and run as a user that has no name (as in a container; where this is not root, as the
 * root of a user namespace).
 */
export interface BareRoot extends AsyncDisposable {
  run(app: AppName, args: readonly string[], environment: Environment): Promise<{ readonly stdout: string }>;
  start(
    app: AppName,
    args: readonly string[],
    environment: Environment,
  ): ChildProcessByStdio<null, null, Readable>;
}

const unshare = '/usr/bin/unshare';
const isRoot = process.getuid?.() === 0;
const namespace = isRoot ? ['--mount'] : ['--user', '--map-root-user', '--mount'];
const account = isRoot ? '--userspec=65532:65532 --groups=' : '';
const readOnly = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0"';

/** The words that go through a root folder to a command in it, by way of a shell outside. */
function wordsFor(folder: string, command: readonly string[]): readonly string[] {
  const enter = `${readOnly} && exec chroot ${account} "$0" "$@"`;
  return [...namespace, '/bin/sh', '-c', enter, folder, ...command];
}

/** Why this machine cannot have such a root; undefined where it can. */
export function whyNoBareRoot(): string | undefined {
  if (process.platform !== 'linux') return 'only Linux has namespaces';
  try {
    execFileSync(unshare, [...namespace, '/bin/sh', '-c', readOnly, rootFolder], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return `namespaces are not to be had: ${(error as { readonly stderr?: Buffer }).stderr ?? error}`.trim();
  }
}

export async function createBareRoot(): Promise<BareRoot> {
  // On the disk of the files, so that they need not be copied.
  const cache = join(rootFolder, 'node_modules/.cache');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'root-'));
  await chmod(folder, 0o755);
  for (const app of appNames) await link(binaryOf(app), join(folder, app));
  const libraries = await librariesOf(binaryOf('consumer'));
  await copyInto(folder, [...libraries.values(), await loaderOf(binaryOf('consumer'))]);
  const words = (app: AppName, args: readonly string[]) => wordsFor(folder, [`/${app}`, ...args]);
  return {
    run: (app, args, env) => promisify(execFile)(unshare, words(app, args), { env }),
    start: (app, args, env) => spawn(unshare, words(app, args), { env, stdio: ['ignore', 'ignore', 'pipe'] }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
