import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** A running process: its parent's id, and the words that it was started with. */
export interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  readonly words: readonly string[];
}

/** Looks a process up; undefined when there is none of that id. */
export type FindProcess = (pid: number) => RunningProcess | undefined;

/** A process and its ancestors, nearest first, up to the first process of the machine. */
export function ancestorsOf(pid: number, find: FindProcess): readonly RunningProcess[] {
  const process = pid > 0 ? find(pid) : undefined;
  return process === undefined ? [] : [process, ...ancestorsOf(process.parent, find)];
}

/**
 * The part of a chain of ancestors whose life a process shares: up to the topmost turbo or pnpm, which is what the
 * user started; without either, up to the parent. What lies above, such as a shell that is closed, does not matter.
 */
export function lifeline(chain: readonly RunningProcess[]): readonly RunningProcess[] {
  const top = chain.findLastIndex(isTaskRunner);
  return chain.slice(0, Math.max(top, 1) + 1);
}

function isTaskRunner({ words }: RunningProcess): boolean {
  return words.slice(0, 2).some((word) => /^(turbo|pnpm)(\.[cm]?js)?$/.test(basename(word)));
}

/** Whether every process of a chain still has the parent that it had: an orphan is given another one at once. */
export function isWhole(chain: readonly RunningProcess[], find: FindProcess): boolean {
  return chain.slice(0, -1).every(({ pid, parent }) => find(pid)?.parent === parent);
}

/** Reads a process from the operating system. */
export function findProcess(pid: number): RunningProcess | undefined {
  try {
    return process.platform === 'linux' ? readFromProc(pid) : askPs(pid);
  } catch {
    return undefined;
  }
}

/** The second field of `stat` is the name in parentheses and may itself hold some: proc_pid_stat(5). */
function readFromProc(pid: number): RunningProcess {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
  const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  return { pid, parent: Number(parent), words };
}

function askPs(pid: number): RunningProcess {
  const line = execFileSync('ps', ['-o', 'ppid=,args=', '-p', String(pid)], { encoding: 'utf8' });
  const [parent, ...words] = line.trim().split(/\s+/);
  return { pid, parent: Number(parent), words };
}
