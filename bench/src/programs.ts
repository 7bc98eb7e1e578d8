import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '@pipeline/runtime';

export type Environment = Readonly<Record<string, string>>;

type AppName = 'producer' | 'consumer' | 'stats';

const apps = join(import.meta.dirname, '../../apps');

/**
 * Starts an app with its `start` script, as `pnpm start` does, but without pnpm's overhead. Disposal kills it.
 */
export function startApp(name: AppName, args: readonly string[], environment: Environment) {
  return start(name, startScript(name), args, environment);
}

/** Starts the executable of an app, which `buildExecutable` has built. */
export function startExecutable(name: AppName, args: readonly string[], environment: Environment) {
  return start(name, `dist/${name}`, args, environment);
}

/** Builds the executable of an app. */
export function buildExecutable(name: AppName): void {
  const build = join(apps, '../tools/src/build-binary.ts');
  execFileSync(process.execPath, ['--conditions=source', build], { cwd: join(apps, name), stdio: 'ignore' });
}

/** @param line a line of the shell */
function start(name: AppName, line: string, args: readonly string[], environment: Environment) {
  const child = spawnApp(name, line, args, environment);
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  let log = '';
  child.stderr.on('data', (chunk) => {
    log += chunk;
  });
  const ended = once(child, 'close').then(() => process.off('exit', kill));
  const failure = () => new UserError(`the ${name} exited early`, log.trimEnd().split('\n').at(-1) ?? '');
  /**
   * Polls until a condition holds.
   * @param everyMs polling interval, which limits the precision of measured durations
   * @throws UserError with the last line of its log if it exits first
   */
  const waitUntil = async (condition: () => boolean | Promise<boolean>, everyMs: number) => {
    while (!(await condition())) {
      if (child.exitCode !== null || child.signalCode !== null) throw failure();
      await sleep(everyMs);
    }
  };
  return {
    pid: child.pid ?? 0,
    /** Waits until it exits. @throws UserError with the last line of its log unless it exits with 0 */
    async finish() {
      await ended;
      if (child.exitCode !== 0) throw failure();
    },
    waitUntil,
    /** Waits until it has joined its group, as only a consumer does. */
    waitUntilJoined: () => waitUntil(() => log.includes('joined the group'), 20),
    async [Symbol.asyncDispose]() {
      kill();
      await ended;
    },
  };
}

function startScript(name: AppName): string {
  return JSON.parse(readFileSync(join(apps, name, 'package.json'), 'utf8')).scripts.start;
}

function spawnApp(name: AppName, line: string, args: readonly string[], environment: Environment) {
  const PATH = [dirname(process.execPath), process.env['PATH']].join(delimiter);
  // `exec` replaces the shell, so that the process is the app's.
  return spawn('sh', ['-c', `exec env ${line} "$@"`, 'sh', ...args], {
    cwd: join(apps, name),
    env: { ...process.env, PATH, METRICS_PORT: '0', LOG_FORMAT: 'json', ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}
