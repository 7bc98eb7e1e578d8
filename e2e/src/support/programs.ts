import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '../../..');

export type Environment = Readonly<Record<string, string>>;

/** A program of the pipeline as a process of its own, as a user runs it. */
export interface Program extends AsyncDisposable {
  readonly process: ChildProcess;
  /** What it has said on stderr so far. */
  said(): string;
  /** What it has printed on stdout so far. */
  printed(): string;
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
  return startProgram(appEntry(name), args, environment);
}

/** The file that an app is started with. */
export function appEntry(name: AppName): string {
  return join(root, 'apps', name, 'src/main.ts');
}

/** Starts any program of the repository. */
export function startProgram(entry: string, args: readonly string[], environment: Environment): Program {
  const child = spawn(process.execPath, ['--conditions=source', entry, ...args], {
    cwd: dirname(entry),
    env: { ...process.env, METRICS_PORT: '0', STATS_PORT: '0', LOG_FORMAT: 'json', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = [gather(child.stdout), gather(child.stderr)];
  const ended = once(child, 'close').then(([code]) => ({ code, stdout: stdout(), stderr: stderr() }));
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  return { process: child, said: stderr, printed: stdout, ended, [Symbol.asyncDispose]: stop };
}

/** What a stream has brought so far. */
function gather(stream: NodeJS.ReadableStream | null): () => string {
  const chunks: Buffer[] = [];
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}

/** Makes topics and tables, as an operator does. */
export async function provision(environment: Environment): Promise<Ended> {
  await using program = startProgram(join(root, 'infra/src/provision.ts'), [], environment);
  return await program.ended;
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
