import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';

const root = join(import.meta.dirname, '../../../..');

export type Environment = Readonly<Record<string, string>>;

/** A running program of the repository. */
export interface Program extends AsyncDisposable {
  readonly process: ChildProcess;
  /** Output on stderr so far. */
  stderr(): string;
  /** Output on stdout so far. */
  stdout(): string;
  /** Resolves when the process has exited. */
  readonly ended: Promise<Ended>;
}

/** An exited program. */
export interface Ended {
  /** Exit code; null if a signal killed it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type AppName = 'producer' | 'consumer' | 'stats';

/** Starts an app, as bundled by `setup.ts`; killed on disposal. */
export function startApp(name: AppName, args: readonly string[], environment: Environment): Program {
  return startProgram(bundleOf(name), args, environment);
}

/** The folder of an app. */
export function appFolder(name: AppName): string {
  return join(root, 'apps', name);
}

/** Path of the bundle of an app: two folders below that of the app, as the files that read other files. */
export function bundleOf(name: AppName): string {
  return join(appFolder(name), 'dist/e2e/main.mjs');
}

/** The bundle of `consumer-with-kill-point.ts`. */
export const killableConsumer = join(appFolder('consumer'), 'dist/e2e/killable.mjs');

/** Starts a program of the repository; killed on disposal. */
export function startProgram(entry: string, args: readonly string[], environment: Environment): Program {
  const child = spawn(process.execPath, ['--conditions=source', entry, ...args], {
    cwd: dirname(entry),
    env: { ...process.env, METRICS_PORT: '0', STATS_PORT: '0', LOG_FORMAT: '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const ended = once(child, 'close').then(([code]) => ({ code, stdout: stdout(), stderr: stderr() }));
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  return { process: child, stdout, stderr, ended, [Symbol.asyncDispose]: stop };
}

/** Collects a stream; the returned function gives the text so far. */
function collect(stream: NodeJS.ReadableStream | null): () => string {
  const decoder = new StringDecoder('utf8');
  let text = '';
  stream?.on('data', (chunk: Buffer) => {
    text += decoder.write(chunk);
  });
  return () => text;
}

/** Runs `infra provision`. */
export async function provision(environment: Environment): Promise<Ended> {
  await using program = startProgram(join(root, 'infra/src/provision.ts'), [], environment);
  return await program.ended;
}

/** Runs an app until it exits. */
export async function runApp(
  name: AppName,
  args: readonly string[],
  environment: Environment,
): Promise<Ended> {
  await using program = startApp(name, args, environment);
  return await program.ended;
}
