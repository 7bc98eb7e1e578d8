import { type RetryOptions, retryForever } from './retry.ts';

/** How an adapter classifies the errors of its system and puts them into words. */
export interface SystemErrors {
  /** Whether a retry may succeed. */
  readonly isTransientError: (error: unknown) => boolean;
  /** The error in one line, without secrets and record values. */
  readonly describeError: (error: unknown) => string;
  /** The UserError of a permanent error; any other error unchanged. */
  readonly toUserError: (error: unknown) => unknown;
}

export interface WaitOptions extends Pick<RetryOptions, 'signal' | 'backoff'> {
  /** The system for the log, such as `Kafka at 127.0.0.1:9092`. */
  readonly system: string;
  readonly errors: SystemErrors;
  /** Called with a line for the log whenever the reason for waiting changes. */
  readonly say: (line: string) => void;
  /** Nothing is said before this long, for a system that is just starting. Defaults to 0. */
  readonly quietMs?: number;
}

/**
 * Retries an operation on a system while its errors are transient, and reports why it waits.
 * @returns the operation's result
 * @throws the UserError of the first permanent error, or the signal's reason
 */
export async function waitFor<Value>(
  operation: () => Promise<Value>,
  { system, errors, say, quietMs = 0, ...options }: WaitOptions,
): Promise<Value> {
  const start = performance.now();
  let lastLine = '';
  const onRetry = (error: unknown) => {
    const line = `waiting for ${system}: ${errors.describeError(error)}`;
    if (line === lastLine || performance.now() - start < quietMs) return;
    lastLine = line;
    say(line);
  };
  try {
    return await retryForever(operation, { ...options, isTransient: errors.isTransientError, onRetry });
  } catch (error) {
    throw errors.toUserError(error);
  }
}
