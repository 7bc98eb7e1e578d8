import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** The current folder; defaults to one without a `.env` file. */
  readonly folder?: string;
  /** Pretends that stderr is a terminal. */
  readonly terminal?: boolean;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the toy program as a process, in an otherwise empty environment. */
export function startToy(words: readonly string[], options: RunOptions = {}): ChildProcess {
  const { environment = {}, folder = tmpdir(), terminal = false } = options;
  const terminals = terminal ? ['--import', 'data:text/javascript,process.stderr.isTTY=true'] : [];
  const entry = join(import.meta.dirname, 'toy-program.ts');
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  return spawn(process.execPath, ['--conditions=source', ...terminals, entry, ...words], {
    cwd: folder,
    env: { PATH, NODE_COMPILE_CACHE, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A failed test leaves no process behind.
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
}

/** Runs the toy program to its end. */
export async function runToy(words: readonly string[], options?: RunOptions): Promise<Ended> {
  return await endOf(startToy(words, options));
}

/** The output of a process from now on and its exit code, which is null if a signal ended it. */
export async function endOf(child: ChildProcess): Promise<Ended> {
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'close'),
    child.stdout ? text(child.stdout) : '',
    child.stderr ? text(child.stderr) : '',
  ]);
  return { code, stdout, stderr };
}
