import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** Resource usage between two readings. */
export interface Used {
  readonly seconds: number;
  /** CPU time in ms of each requested process, descendants included. */
  readonly cpuMs: readonly number[];
  /** Share of the CPU that unrelated processes used, 0 to 1. */
  readonly othersShare: number;
}

/** Starts measuring the processes; the returned function reports their usage since then. */
export function meterUsage(pids: readonly number[]): () => Used {
  // This process and its descendants are everything that takes part in the benchmark.
  const before = readUsage([process.pid, ...pids]);
  return () => {
    const after = readUsage([process.pid, ...pids]);
    const elapsedMs = after.at - before.at;
    const [own = 0, ...cpuMs] = after.trees.map((ms, index) => ms - (before.trees[index] ?? 0));
    const othersMs = Math.max(0, after.machine - before.machine - own);
    return {
      seconds: elapsedMs / 1_000,
      cpuMs,
      othersShare: Math.min(1, othersMs / elapsedMs / availableParallelism()),
    };
  };
}

function readUsage(pids: readonly number[]) {
  const stats = readStats();
  return {
    at: performance.now(),
    trees: pids.map((pid) => treeCpuMs(pid, stats)),
    machine: parseMachineStat(readFileSync('/proc/stat', 'utf8')),
  };
}

const TRIES = 20;

/**
 * Reads all processes, again if one exited in between: its CPU time may be missing from its own reading and
 * from its parent's. Postgres backends exit like that when a connection is closed.
 */
function readStats(tries = TRIES): readonly ProcessStat[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const stats = pids.map(readStat).filter((stat) => stat !== undefined);
  return stats.length === pids.length || tries <= 1 ? stats : readStats(tries - 1);
}

/** Undefined if the process has exited. */
function readStat(pid: string): ProcessStat | undefined {
  try {
    return parseProcessStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return undefined;
  }
}

/** A parsed `/proc/PID/stat`. */
export interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  /** CPU time in ms of the process and of its reaped children; Linux counts in steps of 10 ms. */
  readonly cpuMs: number;
}

/** USER_HZ is 100 on every platform that Node supports. */
const TICK_MS = 10;

/** Parses the one line of `/proc/PID/stat`: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
export function parseProcessStat(line: string): ProcessStat {
  // The second field, the program's name in parentheses, may contain spaces and parentheses.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { pid: Number.parseInt(line, 10), parent: Number(fields[1]), cpuMs: ticks * TICK_MS };
}

/** CPU time of a process and all its descendants, in ms. */
export function treeCpuMs(root: number, stats: readonly ProcessStat[]): number {
  const own = stats.find(({ pid }) => pid === root)?.cpuMs ?? 0;
  const children = stats.filter(({ parent }) => parent === root);
  return children.reduce((sum, { pid }) => sum + treeCpuMs(pid, stats), own);
}

/** CPU time of the whole machine since boot in ms, including time stolen by the hypervisor. */
export function parseMachineStat(text: string): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = (
    text.split('\n', 1)[0]?.match(/\d+/g) ?? []
  ).map(Number);
  return (user + nice + system + irq + softirq + steal) * TICK_MS;
}

/** Peak resident memory of a process so far, in MB (2^20 bytes). */
export function peakRssMb(pid: number): number {
  const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes ?? 0) / 1_024;
}
