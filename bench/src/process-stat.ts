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
