import { type ChildProcessByStdio, execFile, execFileSync, spawn } from 'node:child_process';
import { chmod, link, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { appNames, binaryOf, copyInto, librariesOf, loaderOf, rootFolder } from './binaries.ts';
import type { AppName, Environment } from './programs.ts';

/**
 * A root folder with only the three executables and their shared libraries: no shell, no /proc, no /etc. It
 * is mounted read-only. Programs run as a user without a passwd entry, as in a container; if the tests do not
 * run as root, as root of a user namespace.
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

/** Arguments of `unshare` that run a command in a root folder, through a shell outside of it. */
function unshareArgs(folder: string, command: readonly string[]): readonly string[] {
  const enter = `${readOnly} && exec chroot ${account} "$0" "$@"`;
  return [...namespace, '/bin/sh', '-c', enter, folder, ...command];
}

/** The reason why this machine does not support it; undefined if it does. */
export function whyNoBareRoot(): string | undefined {
  if (process.platform !== 'linux') return 'namespaces need Linux';
  try {
    execFileSync(unshare, [...namespace, '/bin/sh', '-c', readOnly, rootFolder], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return `namespaces are not available: ${(error as { readonly stderr?: Buffer }).stderr ?? error}`.trim();
  }
}

/** Creates it from the executables in `dist`; deleted on disposal. */
export async function createBareRoot(): Promise<BareRoot> {
  // On the file system of the executables, so that they can be hard-linked.
  const cache = join(rootFolder, 'node_modules/.cache');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'root-'));
  await chmod(folder, 0o755);
  for (const app of appNames) await link(binaryOf(app), join(folder, app));
  const libraries = await librariesOf(binaryOf('consumer'));
  await copyInto(folder, [...libraries.values(), await loaderOf(binaryOf('consumer'))]);
  const commandLine = (app: AppName, args: readonly string[]) => unshareArgs(folder, [`/${app}`, ...args]);
  return {
    run: (app, args, env) => promisify(execFile)(unshare, commandLine(app, args), { env }),
    start: (app, args, env) =>
      spawn(unshare, commandLine(app, args), { env, stdio: ['ignore', 'ignore', 'pipe'] }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
