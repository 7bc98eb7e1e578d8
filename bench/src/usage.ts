import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { type ProcessStat, parseMachineStat, parseProcessStat, treeCpuMs } from './process-stat.ts';

/** What processes have used since they began, in ms of CPU; each with everything that it has started. */
interface Usage {
  readonly at: number;
  readonly trees: readonly number[];
  /** Of this process, hence of all that is measured: it has started the servers, too. */
  readonly own: number;
  readonly machine: number;
}

/** What was used between two moments. */
export interface Used {
  readonly seconds: number;
  /** Of each process that was asked about, in ms of CPU. */
  readonly cpuMs: readonly number[];
  /** What all other programs took of the machine, from 0 to 1. */
  readonly othersShare: number;
}

/** Starts to count what some processes use; the function that it returns tells what it was. */
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
 * All processes. One that ends after its parent was read and before itself would be missing from both, as Postgres's
 * do when a connection has just been closed: then they are all read again.
 */
function readStats(tries = TRIES): readonly ProcessStat[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const stats = pids.map(readStat).filter((stat) => stat !== undefined);
  return stats.length === pids.length || tries <= 1 ? stats : readStats(tries - 1);
}

/** Undefined when the process has ended meanwhile. */
function readStat(pid: string): ProcessStat | undefined {
  try {
    return parseProcessStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return undefined;
  }
}

/** The most memory that a process has occupied so far, in MB (2^20 bytes). */
export function peakRssMb(pid: number): number {
  const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes ?? 0) / 1_024;
}
