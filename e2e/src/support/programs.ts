import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

export const root = join(import.meta.dirname, '../../..');

export type Environment = Readonly<Record<string, string>>;

/** A program of the pipeline as a process of its own, as a user runs it. */
export interface Program extends AsyncDisposable {
  readonly process: ChildProcess;
  /** Resolves when the process has ended. */
  readonly ended: Promise<Ended>;
}

export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type AppName = 'producer' | 'consumer' | 'stats';

/** Starts an app; it is killed when it is disposed of. */
export function startApp(name: AppName, args: readonly string[], environment: Environment): Program {
  const entry = join(root, 'apps', name, 'src/main.ts');
  const child = spawn(process.execPath, ['--conditions=source', entry, ...args], {
    cwd: join(root, 'apps', name),
    env: { ...process.env, METRICS_PORT: '0', STATS_PORT: '0', LOG_FORMAT: 'json', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = collect(child);
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  return { process: child, ended, [Symbol.asyncDispose]: stop };
}

/** Runs an app to its end. */
export async function runApp(
  name: AppName,
  args: readonly string[],
  environment: Environment,
): Promise<Ended> {
  await using program = startApp(name, args, environment);
  return await program.ended;
}

async function collect(child: ChildProcess): Promise<Ended> {
  const closed = once(child, 'close');
  const [stdout, stderr] = await Promise.all([readAll(child.stdout), readAll(child.stderr)]);
  const [code] = (await closed) as [number | null];
  return { code, stdout, stderr };
}

async function readAll(stream: NodeJS.ReadableStream | null): Promise<string> {
  return stream === null ? '' : await text(stream);
}
