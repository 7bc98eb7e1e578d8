import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { parseArgs } from 'node:util';
import { ancestorsOf, findParents, findProcess, isWhole, lifeline } from './ancestors.ts';
import { invocationOf } from './run-as.ts';

/*
 * node guard.ts [--stop-signal SIGINT] [--uid N --gid N] [--fail-if-orphaned] -- COMMAND…
 *
 * Runs a command and ends it when the process that the user started ends, even by SIGKILL. The command gets a
 * process group of its own. Imports nothing from the workspace, so that any script can use it without a
 * condition or a build.
 */

/** How often to check that the ancestors still run. */
const CHECK_MS = 500;
/** How long the command may take to stop before it is killed. */
const GRACE_MS = 8_000;
/**
 * A Ctrl-C arrives from the terminal and again from each task runner above; signals this close together count
 * as one.
 */
const SIGNAL_DEDUP_MS = 2_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'stop-signal': { type: 'string', default: 'SIGTERM' },
    uid: { type: 'string' },
    gid: { type: 'string' },
    // For a task that others depend on: with 0 the task runner would start those.
    'fail-if-orphaned': { type: 'boolean', default: false },
  },
});
const stopSignal = values['stop-signal'] as NodeJS.Signals;
const account = values.uid === undefined ? undefined : { uid: Number(values.uid), gid: Number(values.gid) };
// An IPC channel closes when the parent ends, so that its ancestors need no check.
const watched = process.connected ? [] : lifeline(ancestorsOf(process.pid, findProcess));
const watchedPids = watched.map(({ pid }) => pid);

const { command, words, options } = invocationOf(positionals, account);
const child = spawn(command, words, { ...options, detached: true, stdio: ['ignore', 'inherit', 'inherit'] });
let stoppedAt = 0;
let isOrphaned = false;

child.once('spawn', () => process.send?.({ pid: child.pid }));
child.once('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(127);
});
child.once('exit', (code, signal) => {
  killGroup();
  if (isOrphaned && values['fail-if-orphaned']) process.exit(1);
  process.exit(code ?? 128 + constants.signals[signal ?? 'SIGKILL']);
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
process.on('disconnect', stop);
if (watched.length > 0) setInterval(checkAncestors, CHECK_MS);

function checkAncestors(): void {
  if (isWhole(watched, findParents(watchedPids))) return;
  isOrphaned = true;
  stop();
}

function onSignal(): void {
  if (stoppedAt > 0 && Date.now() - stoppedAt > SIGNAL_DEDUP_MS) killGroup();
  stop();
}

function stop(): void {
  if (stoppedAt > 0) return;
  stoppedAt = Date.now();
  child.kill(stopSignal);
  setTimeout(killGroup, GRACE_MS);
}

/** Kills what the command has left running, too: it leads a process group of its own. */
function killGroup(): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // No process is left.
  }
}
