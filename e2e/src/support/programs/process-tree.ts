import { readdirSync } from 'node:fs';
import { ancestorsOf, findProcess } from '@pipeline/servers';

/** The ids of all processes that descend from a process, itself included. Linux only. */
export function processTree(root: number): readonly number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => ancestorsOf(pid, findProcess).some((one) => one.pid === root));
}

/** The command lines of those processes that still run. */
export function stillRunning(pids: readonly number[]): readonly string[] {
  return pids.flatMap((pid) => findProcess(pid)?.words.join(' ').slice(0, 100) ?? []);
}
