import { exitCode } from './user-error.ts';

/** A terminal's Ctrl-C reaches a process twice, from the terminal and from whatever started it: both are one wish. */
const SIGNAL_DEDUP_MS = 500;

/**
 * A signal that is aborted by the first SIGINT or SIGTERM. A second one, later, ends the process at once.
 * Call it once in a process.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  let firstAt = 0;
  const onSignal = (name: NodeJS.Signals) => {
    if (firstAt > 0 && Date.now() - firstAt > SIGNAL_DEDUP_MS) process.exit(exitCode.failed);
    if (firstAt === 0) firstAt = Date.now();
    controller.abort(new StopRequest(name));
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return controller.signal;
}

/** The reason of an aborted stop signal: somebody asked the process to end. */
export class StopRequest extends Error {
  override readonly name = 'StopRequest';

  constructor(signal: string) {
    super(`stopped by ${signal}`);
  }
}

/** Ends the process with exit code 0 should it still run `ms` milliseconds after the signal: what was under way is rolled back. */
export function exitAfter(signal: AbortSignal, ms: number): void {
  const end = () => setTimeout(() => process.exit(exitCode.done), ms).unref();
  signal.addEventListener('abort', end, { once: true });
}
