import { exitCode } from './failure.ts';

/** A terminal's Ctrl-C reaches a process twice, from the terminal and from whatever started it: both are one wish. */
const SAME_WISH_MS = 500;

/**
 * A signal that is aborted by the first SIGINT or SIGTERM. A second one, later, ends the process at once.
 * Call it once in a process.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  let firstAt = 0;
  const onSignal = (name: NodeJS.Signals) => {
    if (firstAt > 0 && Date.now() - firstAt > SAME_WISH_MS) process.exit(exitCode.failed);
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
