import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseScript } from './script.ts';

export type Environment = Readonly<Record<string, string>>;

/** A running app; killed on disposal. */
export interface Program extends AsyncDisposable {
  readonly pid: number;
  readonly hasEnded: boolean;
  /** Output on stderr so far. */
  stderr(): string;
  /** Resolves with the output on stdout once the process has exited. */
  readonly ended: Promise<string>;
}

const apps = join(import.meta.dirname, '../../apps');

/** Starts an app with its `start` script, as `pnpm start` does, but without pnpm's overhead. */
export function startApp(
  name: 'producer' | 'consumer',
  args: readonly string[],
  environment: Environment,
): Program {
  const folder = join(apps, name);
  const { scripts } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const command = parseScript(scripts.start);
  const program = command.program === 'node' ? process.execPath : command.program;
  const child = spawn(program, [...command.args, ...args], {
    cwd: folder,
    env: { ...process.env, METRICS_PORT: '0', LOG_FORMAT: 'json', ...command.environment, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const ended = once(child, 'close').then(() => stdout());
  void ended.then(() => process.off('exit', kill));
  return {
    pid: child.pid ?? 0,
    get hasEnded() {
      return child.exitCode !== null || child.signalCode !== null;
    },
    stderr,
    ended,
    async [Symbol.asyncDispose]() {
      kill();
      await ended;
    },
  };
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}
