import { fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { RunAs } from './run-as.ts';

/** A process that ends with this one, however this one ends. */
export interface GuardedProcess {
  readonly pid: number;
  /** Resolves with the exit code, or 128 plus the signal's number if a signal ended it. */
  readonly ended: Promise<number>;
  /** Sends the stop signal, SIGKILL after 8 s, and waits for the end. */
  stop(): Promise<void>;
}

export interface GuardOptions {
  /** File that its output is appended to. */
  readonly logPath: string;
  /** The signal that stops it; defaults to SIGTERM. */
  readonly stopSignal?: NodeJS.Signals;
  /** The user that it runs as; defaults to this process's. */
  readonly account?: RunAs | undefined;
}

/**
 * Starts a command under a guard.
 * @throws Error if it cannot be started
 */
export async function startGuarded(
  command: readonly string[],
  options: GuardOptions,
): Promise<GuardedProcess> {
  const log = openSync(options.logPath, 'a');
  const guard = fork(join(import.meta.dirname, 'guard.ts'), [...guardFlags(options), '--', ...command], {
    detached: true,
    execArgv: [],
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  const ended = once(guard, 'exit').then(([code]) => Number(code ?? 1));
  const pid = await Promise.race([reportedPid(guard), ended.then(() => undefined)]);
  if (pid === undefined) throw new Error(`${command[0]} could not be started: see ${options.logPath}`);
  return { pid, ended, stop: () => stopGuard(guard, ended) };
}

function guardFlags({ stopSignal = 'SIGTERM', account }: GuardOptions): readonly string[] {
  const flags = ['--stop-signal', stopSignal];
  return account === undefined ? flags : [...flags, '--uid', `${account.uid}`, '--gid', `${account.gid}`];
}

async function reportedPid(guard: ReturnType<typeof fork>): Promise<number> {
  const [message] = (await once(guard, 'message')) as [{ readonly pid: number }];
  return message.pid;
}

async function stopGuard(guard: ReturnType<typeof fork>, ended: Promise<number>): Promise<void> {
  guard.kill('SIGTERM');
  await ended;
}
