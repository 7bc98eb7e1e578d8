import { fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { RunAs } from './run-as.ts';

/** A process that ends with this one, whatever ends this one. */
export interface GuardedProcess {
  readonly pid: number;
  /** Resolves with the exit code, 128 and the signal's number where a signal ended it. */
  readonly ended: Promise<number>;
  /** Asks it to end, and waits until it has; by force after 8 s. */
  stop(): Promise<void>;
}

export interface GuardOptions {
  /** The file that its output is added to. */
  readonly logPath: string;
  /** What asks it to end; defaults to SIGTERM. */
  readonly stopSignal?: NodeJS.Signals;
  /** Who runs it; defaults to this process's user. */
  readonly account?: RunAs | undefined;
}

/**
 * Starts a command under a guard.
 * @throws Error when it cannot be started
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
