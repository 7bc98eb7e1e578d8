import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Ended, type Environment, type Program, startApp } from './programs.ts';
import { waitForLog } from './wait.ts';

/** What ends a consumer: at once, or in good order. */
export type EndSignal = 'SIGKILL' | 'SIGTERM' | 'SIGINT';

/** The consumers of a system, as processes; all are killed when it is disposed of. */
export interface Fleet extends AsyncDisposable {
  /** Those that run, oldest first. */
  readonly running: readonly Program[];
  /** Starts one more. */
  start(change?: Environment): Program;
  /** Ends one with a signal, and waits until it has ended. */
  end(program: Program, signal: EndSignal): Promise<Ended>;
  /** Ends all with a signal. */
  endAll(signal: EndSignal): Promise<readonly Ended[]>;
  /** From now on a consumer that fails and says why in these words is started again, as a supervisor does. */
  supervise(expected: RegExp): void;
  /** How many consumers a supervisor has started again. */
  readonly restarts: number;
  /** What ended though nobody had asked it to, with the last thing that it said. */
  readonly unexpectedEnds: readonly string[];
  /** Everything that all of them have said so far, on both streams. */
  said(): string;
  /** How often any of them was given partitions. */
  readonly joins: number;
  /** How many records were read again although they had been written. */
  readonly replays: number;
}

/** A supervisor waits so long before it starts again what has failed. */
const RESTART_MS = 500;

/** Starts consumers of an environment. */
export async function startFleet(environment: Environment, size: number): Promise<Fleet> {
  const running = new Set<Program>();
  const all: Program[] = [];
  const unexpectedEnds: string[] = [];
  let expectedEnd: RegExp | undefined;
  let restarts = 0;
  let isClosed = false;
  const restart = async () => {
    restarts++;
    await sleep(RESTART_MS);
    if (!isClosed) start();
  };
  const start = (change: Environment = {}) => {
    const program = startApp('consumer', [], { ...environment, ...change });
    running.add(program);
    all.push(program);
    void program.ended.then(({ code, stderr }) => {
      if (!running.delete(program)) return;
      if (code === 1 && expectedEnd?.test(stderr)) void restart();
      else unexpectedEnds.push(`a consumer ended (${code}): ${lastLine(stderr)}`);
    });
    return program;
  };
  const end = async (program: Program, signal: EndSignal) => {
    running.delete(program);
    program.process.kill(signal);
    return await program.ended;
  };
  const said = () => all.map((program) => program.said()).join('');
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
    said,
    get joins() {
      return said().split('joined the group').length - 1;
    },
    get replays() {
      return [...said().matchAll(/"replays":"(\d+)"/g)].reduce(
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

/** Where a consumer's probes and metrics are; undefined before it has said so. */
export function probesUrl(program: Program): string | undefined {
  return /"url":"([^"]+)"/.exec(program.said())?.[1];
}

/** The memory that a process occupies, in bytes; 0 when it is gone. */
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
