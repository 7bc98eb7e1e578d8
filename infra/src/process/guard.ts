import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { parseArgs } from 'node:util';
import { ancestorsOf, findProcess, isWhole, lifeline } from './ancestors.ts';
import { invocationOf } from './run-as.ts';

/*
 * node guard.ts [--stop-signal SIGINT] [--uid N --gid N] -- COMMAND…
 *
 * Runs a command that must not outlive what started it, even when that is killed with SIGKILL and can say nothing.
 * Imports nothing of the workspace, so that any script can use it without a condition or a build.
 */

/** How often to look whether the ancestors are still there. */
const LOOK_MS = 500;
/** How long the command may take to end after it was asked to. */
const GRACE_MS = 8_000;
/** A Ctrl-C arrives from the terminal and again from each task runner on the way: all that is one wish. */
const SIGNAL_DEDUP_MS = 2_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'stop-signal': { type: 'string', default: 'SIGTERM' },
    uid: { type: 'string' },
    gid: { type: 'string' },
  },
});
const stopSignal = values['stop-signal'] as NodeJS.Signals;
const account = values.uid === undefined ? undefined : { uid: Number(values.uid), gid: Number(values.gid) };
// Whoever started this guard with a channel holds its other end, which closes when they die; no need to look.
const watched = process.connected ? [] : lifeline(ancestorsOf(process.pid, findProcess));

const { command, words, options } = invocationOf(positionals, account);
const child = spawn(command, words, { ...options, detached: true, stdio: ['ignore', 'inherit', 'inherit'] });
let stoppedAt = 0;

child.once('spawn', () => process.send?.({ pid: child.pid }));
child.once('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(127);
});
child.once('exit', (code, signal) => {
  killGroup();
  process.exit(code ?? 128 + constants.signals[signal ?? 'SIGKILL']);
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
process.on('disconnect', stop);
setInterval(() => isWhole(watched, findProcess) || stop(), LOOK_MS);

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

/** The command leads a process group of its own, so that what it has left running goes with it. */
function killGroup(): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Nothing was left.
  }
}
