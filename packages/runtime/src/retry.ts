import { setTimeout as sleep } from 'node:timers/promises';
import { type Backoff, backoffMs, defaultBackoff } from './backoff.ts';

export interface RetryOptions {
  /** Whether the error passes by itself; every other error is thrown at once. */
  readonly isTransient: (error: unknown) => boolean;
  /** Called before each pause. */
  readonly onRetry?: (error: unknown, failures: number, pauseMs: number) => void;
  /** Ends the tries: a pause is cut short and the signal's reason is thrown. The first try is always made. */
  readonly signal?: AbortSignal;
  /** Defaults to 100 ms doubling to 5 s. */
  readonly backoff?: Backoff;
}

/**
 * Runs an operation until it succeeds, for as long as its errors are of the passing kind. Once the signal is aborted it
 * is not tried again, but what has begun goes to its end: a batch that is written is also dead-lettered and committed.
 * @returns what the operation returns
 * @throws the first error that does not pass, or the signal's reason when a try failed after it was aborted
 */
export async function retryForever<Value>(
  operation: () => Promise<Value>,
  { isTransient, onRetry, signal, backoff = defaultBackoff }: RetryOptions,
): Promise<Value> {
  for (let failures = 1; ; failures++) {
    try {
      return await operation();
    } catch (error) {
      if (!isTransient(error)) throw error;
      signal?.throwIfAborted();
      const pauseMs = backoffMs(backoff, failures, Math.random());
      onRetry?.(error, failures, pauseMs);
      await pause(pauseMs, signal);
    }
  }
}

/** Waits, or throws the signal's reason as soon as it is aborted. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, signal ? { signal } : {});
  } catch {
    signal?.throwIfAborted();
  }
}
