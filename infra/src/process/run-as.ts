import type { SpawnOptions } from 'node:child_process';
import { existsSync } from 'node:fs';

/** A user and a group of this machine, by number. */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
}

/** What to spawn. */
export interface Invocation {
  readonly command: string;
  readonly words: readonly string[];
  readonly options: Pick<SpawnOptions, 'uid' | 'gid'>;
}

const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path));

/**
 * A command as another user, and (where Linux's setpriv is there) one that the kernel ends with its parent.
 * The other user keeps root's right to pass folders, because the clone may lie in one that only root may enter:
 * capabilities(7), "ambient".
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
    // Without it access(2), by which programs look for their files, would not count these rights.
    '--securebits=+no_setuid_fixup',
    `--inh-caps=${rights}`,
    `--ambient-caps=${rights}`,
  ];
}
