import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { type ProcessStat, parseMachineStat, parseProcessStat, treeCpuMs } from './process-stat.ts';

/** CPU time in ms since the processes started, descendants included. */
interface Usage {
  /** `performance.now()` of the reading. */
  readonly at: number;
  readonly trees: readonly number[];
  /** CPU time of this process and its descendants, which are everything that takes part in the benchmark. */
  readonly own: number;
  readonly machine: number;
}

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
  const before = readUsage(pids);
  return () => {
    const after = readUsage(pids);
    const elapsedMs = after.at - before.at;
    const cpuMs = after.trees.map((ms, index) => ms - (before.trees[index] ?? 0));
    const others = Math.max(0, after.machine - before.machine - (after.own - before.own));
    return {
      seconds: elapsedMs / 1_000,
      cpuMs,
      othersShare: Math.min(1, others / elapsedMs / availableParallelism()),
    };
  };
}

function readUsage(pids: readonly number[]): Usage {
  const stats = readStats();
  return {
    at: performance.now(),
    trees: pids.map((pid) => treeCpuMs(pid, stats)),
    own: treeCpuMs(process.pid, stats),
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

/** Peak resident memory of a process so far, in MB (2^20 bytes). */
export function peakRssMb(pid: number): number {
  const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes ?? 0) / 1_024;
}
