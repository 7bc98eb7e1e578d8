import type { SpawnOptions } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Numeric ids of a user and a group. */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
}

/** Arguments for `spawn`. */
export interface Invocation {
  readonly command: string;
  readonly words: readonly string[];
  readonly options: Pick<SpawnOptions, 'uid' | 'gid'>;
}

const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path));

/**
 * A command that runs as another user and, if Linux's setpriv is installed, is killed by the kernel when its
 * parent ends. The other user keeps root's right to enter folders, because the clone may be in one that only
 * root may enter: capabilities(7), "ambient".
 */
export function invocationOf(command: readonly string[], account?: RunAs): Invocation {
  const [program = '', ...words] = command;
  if (setpriv === undefined) return { command: program, words, options: { ...account } };
  const flags = ['--pdeathsig', 'KILL', ...(account === undefined ? [] : runAsFlags(account))];
  return { command: setpriv, words: [...flags, '--', program, ...words], options: {} };
}

function runAsFlags({ uid, gid }: RunAs): readonly string[] {
  const rights = '+dac_override,+dac_read_search';
  return [
    `--reuid=${uid}`,
    `--regid=${gid}`,
    '--clear-groups',
    // Without it, access(2), which programs use to find their files, ignores these capabilities.
    '--securebits=+no_setuid_fixup',
    `--inh-caps=${rights}`,
    `--ambient-caps=${rights}`,
  ];
}
