import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** A running process: its parent's id and its command line. */
export interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  readonly words: readonly string[];
}

/** Looks up a process; undefined if no process has that id. */
export type FindProcess = (pid: number) => RunningProcess | undefined;

/** A process and its ancestors, nearest first, up to the machine's first process. */
export function ancestorsOf(pid: number, find: FindProcess): readonly RunningProcess[] {
  const process = pid > 0 ? find(pid) : undefined;
  return process === undefined ? [] : [process, ...ancestorsOf(process.parent, find)];
}

/**
 * The part of a chain of ancestors that a process must not outlive: up to the topmost turbo, pnpm or npm,
 * which is what the user started; without any of them, up to the parent. Anything above, such as a shell that
 * is closed, does not matter.
 */
export function lifeline(chain: readonly RunningProcess[]): readonly RunningProcess[] {
  const top = chain.findLastIndex(isTaskRunner);
  return chain.slice(0, Math.max(top, 1) + 1);
}

/** npm and npx replace their command line by a title such as `npm exec pnpm@12 turbo run dev`. */
function isTaskRunner({ words }: RunningProcess): boolean {
  return (
    words.slice(0, 2).some((word) => /^(turbo|pnpm|npm|npx)(-cli)?(\.[cm]?js)?$/.test(basename(word))) ||
    /^(npm|npx) /.test(words[0] ?? '')
  );
}

/** Whether each process of a chain still has its parent: the kernel gives an orphan another one at once. */
export function isWhole(chain: readonly RunningProcess[], parents: ReadonlyMap<number, number>): boolean {
  return chain.slice(0, -1).every(({ pid, parent }) => parents.get(pid) === parent);
}

/** The parents of processes, by their ids; 0 or undefined for a process that has ended. */
export function findParents(pids: readonly number[]): ReadonlyMap<number, number> {
  if (process.platform !== 'linux') return parentsFromPs(pids);
  return new Map(pids.map((pid) => [pid, findProcess(pid)?.parent ?? 0]));
}

/** Reads a process from the operating system. */
export function findProcess(pid: number): RunningProcess | undefined {
  try {
    return process.platform === 'linux' ? readFromProc(pid) : readFromPs(pid);
  } catch {
    return undefined;
  }
}

/** The second field of `stat` is the name in parentheses, which may itself contain some: proc_pid_stat(5). */
function readFromProc(pid: number): RunningProcess {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
  const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  return { pid, parent: Number(parent), words };
}

/** One call for all, because guards check twice a second. */
function parentsFromPs(pids: readonly number[]): ReadonlyMap<number, number> {
  const { stdout } = spawnSync('ps', ['-o', 'pid=,ppid=', '-p', pids.join(',')], { encoding: 'utf8' });
  const pairs = [...stdout.matchAll(/(\d+)\s+(\d+)/g)];
  return new Map(pairs.map(([, pid, parent]) => [Number(pid), Number(parent)]));
}

function readFromPs(pid: number): RunningProcess {
  const line = execFileSync('ps', ['-o', 'ppid=,args=', '-p', String(pid)], { encoding: 'utf8' });
  const [parent, ...words] = line.trim().split(/\s+/);
  return { pid, parent: Number(parent), words };
}
