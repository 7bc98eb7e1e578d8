import { retryForever } from '@pipeline/runtime';
import { describeError, isTransientError } from './errors.ts';

export interface WaitOptions {
  /** Tells whoever waits, once for each reason. */
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
  /** Whether trying again helps; defaults to what passes by itself. */
  readonly isTransient?: (error: unknown) => boolean;
}

/**
 * Tries until Postgres answers, and says why it waits.
 * @param address of Postgres, for people
 * @returns what the operation returns
 * @throws the first error that does not pass, or the signal's reason
 */
export function waitForPostgres<Value>(
  operation: () => Promise<Value>,
  address: string,
  { say, signal, isTransient = isTransientError }: WaitOptions,
): Promise<Value> {
  let said = '';
  const onRetry = (error: unknown) => {
    const line = `waiting for Postgres at ${address}: ${describeError(error)}`;
    if (line !== said) say(line);
    said = line;
  };
  return retryForever(operation, { isTransient, onRetry, signal });
}
