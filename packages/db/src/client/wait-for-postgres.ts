import { retryForever } from '@pipeline/runtime';
import { describeError, isTransientError } from './errors.ts';

export interface WaitOptions {
  /** Called with a line for the log whenever the reason for waiting changes. */
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
  /** Which errors are retried. Defaults to transient ones. */
  readonly isTransient?: (error: unknown) => boolean;
}

/**
 * Retries an operation while its errors are transient, and reports why it waits.
 * @param address of Postgres, for the log
 * @returns the operation's result
 * @throws the first permanent error, or the signal's reason
 */
export function waitForPostgres<Value>(
  operation: () => Promise<Value>,
  address: string,
  { say, signal, isTransient = isTransientError }: WaitOptions,
): Promise<Value> {
  let lastLine = '';
  const onRetry = (error: unknown) => {
    const line = `waiting for Postgres at ${address}: ${describeError(error)}`;
    if (line !== lastLine) say(line);
    lastLine = line;
  };
  return retryForever(operation, { isTransient, onRetry, signal });
}
