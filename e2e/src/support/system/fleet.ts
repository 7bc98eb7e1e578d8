import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Ended, type Environment, type Program, startApp } from '../programs/programs.ts';
import { waitForLog } from '../programs/wait.ts';

/** Signals that end a consumer: abruptly, or with a graceful shutdown. */
export type EndSignal = 'SIGKILL' | 'SIGTERM' | 'SIGINT';

/** The consumer processes of a system; killed on disposal. */
export interface Fleet extends AsyncDisposable {
  /** Running consumers, oldest first. */
  readonly running: readonly Program[];
  /** Starts another consumer. */
  start(change?: Environment): Program;
  /** Sends a consumer a signal and waits until it has exited. */
  end(program: Program, signal: EndSignal): Promise<Ended>;
  /** Sends all consumers a signal and waits until they have exited. */
  endAll(signal: EndSignal): Promise<readonly Ended[]>;
  /** From now on, restarts consumers that exit with code 1 and a matching error, as a supervisor would. */
  supervise(expected: RegExp): void;
  /** Number of restarts by `supervise`. */
  readonly restarts: number;
  /** Consumers that exited without a signal from `end`, each with its last log line. */
  readonly unexpectedEnds: readonly string[];
  /** stderr of all consumers so far. */
  logs(): string;
  /** Watches stderr from now on. The returned function returns whether a consumer has logged a matching line. */
  watchFor(pattern: RegExp): () => boolean;
  /** Number of times that consumers joined the group. */
  readonly joins: number;
  /** Number of records that were read again although they had been stored. */
  readonly replays: number;
}

/** Delay before a restart by `supervise`. */
const RESTART_DELAY_MS = 500;

/** Starts `size` consumers and waits until they have joined the group. */
export async function startFleet(environment: Environment, size: number): Promise<Fleet> {
  const running = new Set<Program>();
  const all: Program[] = [];
  const unexpectedEnds: string[] = [];
  let expectedEnd: RegExp | undefined;
  let restarts = 0;
  let joins = 0;
  const watches = new Set<{ readonly pattern: RegExp; isSeen: boolean }>();
  let isClosed = false;
  const restart = async () => {
    restarts++;
    await sleep(RESTART_DELAY_MS);
    if (!isClosed) start();
  };
  const readLine = (line: string) => {
    if (line.includes('joined the group')) joins++;
    for (const watch of watches) watch.isSeen ||= watch.pattern.test(line);
  };
  const start = (change: Environment = {}) => {
    const program = startApp('consumer', [], { ...environment, ...change });
    if (program.process.stderr) createInterface({ input: program.process.stderr }).on('line', readLine);
    running.add(program);
    all.push(program);
    void program.ended.then(({ code, stderr }) => {
      if (!running.delete(program)) return;
      if (code === 1 && expectedEnd?.test(stderr)) void restart();
      else unexpectedEnds.push(`a consumer exited (${code}): ${lastLine(stderr)}`);
    });
    return program;
  };
  const end = async (program: Program, signal: EndSignal) => {
    running.delete(program);
    program.process.kill(signal);
    return await program.ended;
  };
  const logs = () => all.map((program) => program.stderr()).join('');
  const fleet: Fleet = {
    get running() {
      return [...running];
    },
    start,
    end,
    endAll: (signal) => Promise.all([...running].map((program) => end(program, signal))),
    supervise: (expected) => {
      expectedEnd = expected;
    },
    get restarts() {
      return restarts;
    },
    unexpectedEnds,
    logs,
    watchFor: (pattern) => {
      const watch = { pattern, isSeen: false };
      watches.add(watch);
      return () => {
        if (watch.isSeen) watches.delete(watch);
        return watch.isSeen;
      };
    },
    get joins() {
      return joins;
    },
    get replays() {
      return [...logs().matchAll(/"replays":"(\d+)"/g)].reduce(
        (sum, [, records]) => sum + Number(records),
        0,
      );
    },
    async [Symbol.asyncDispose]() {
      isClosed = true;
      await fleet.endAll('SIGKILL');
    },
  };
  await Promise.all(Array.from({ length: size }, () => waitForLog(start(), /joined the group/)));
  return fleet;
}

/** Base URL of a consumer's probes and metrics; undefined until it is logged. */
export function probesUrl(program: Program): string | undefined {
  return /"url":"([^"]+)"/.exec(program.stderr())?.[1];
}

/** Resident memory of a process in bytes; 0 if it has exited. */
export function residentBytes(pid: number | undefined): number {
  try {
    const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}
