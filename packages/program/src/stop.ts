import { exitCode, StopRequest } from '@pipeline/runtime';

/**
 * Ctrl-C reaches a process twice, from the terminal and from pnpm; signals this close together count as one.
 */
const SIGNAL_DEDUP_MS = 500;

/**
 * An AbortSignal that the first SIGINT or SIGTERM aborts. A later second one exits at once.
 * Call it once per process.
 * @param exitAfterMs exits with code 0 if the process still runs this long after the first one; open transactions
 * roll back
 */
export function stopSignal(exitAfterMs?: number): AbortSignal {
  const controller = new AbortController();
  let firstAt = 0;
  const onSignal = (name: NodeJS.Signals) => {
    if (firstAt > 0 && Date.now() - firstAt > SIGNAL_DEDUP_MS) process.exit(exitCode.failed);
    if (firstAt === 0) firstAt = Date.now();
    controller.abort(new StopRequest(name));
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  const { signal } = controller;
  const end = () => setTimeout(() => process.exit(exitCode.done), exitAfterMs).unref();
  if (exitAfterMs !== undefined) signal.addEventListener('abort', end, { once: true });
  return signal;
}
