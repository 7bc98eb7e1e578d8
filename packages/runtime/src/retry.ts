import { setTimeout as sleep } from 'node:timers/promises';
import { type Backoff, backoffMs, defaultBackoff } from './backoff.ts';

export interface RetryOptions {
  /** Whether a retry may succeed; every other error is rethrown at once. */
  readonly isTransient: (error: unknown) => boolean;
  /** Called before each pause. */
  readonly onRetry?: (error: unknown, failures: number, pauseMs: number) => void;
  /**
   * Ends the retries: a pause is cut short and the signal's reason is thrown. The first attempt is always
   * made.
   */
  readonly signal?: AbortSignal;
  /** Defaults to 100 ms doubling to 5 s. */
  readonly backoff?: Backoff;
}

/**
 * Retries an operation while its errors are transient. After an abort a failed attempt is not repeated, but a
 * running one is not cancelled: a batch that is written is also dead-lettered and committed.
 * @returns the operation's result
 * @throws the first permanent error, or the signal's reason if an attempt fails after the abort
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

/** Waits; throws the signal's reason as soon as it is aborted. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, signal ? { signal } : {});
  } catch {
    signal?.throwIfAborted();
  }
}
