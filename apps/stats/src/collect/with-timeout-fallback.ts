import { DeadlineError, UserError, withDeadline } from '@pipeline/runtime';

/**
 * Wraps a request so that callers wait at most `ms` milliseconds. Only one request runs at a time: a late
 * response goes to the next call, and until it arrives calls fail with the last error.
 */
export function withTimeoutFallback<Answer>(
  request: () => Promise<Answer>,
  ms: number,
  name: string,
): () => Promise<Answer> {
  let pending: Promise<Answer> | undefined;
  let lastError: unknown = new UserError(`${name} has not responded yet`, 'still waiting');
  const send = async () => {
    try {
      return await request();
    } catch (error) {
      lastError = error;
      throw error;
    } finally {
      pending = undefined;
    }
  };
  return async () => {
    pending ??= send();
    try {
      return await withDeadline(pending, ms, name);
    } catch (error) {
      throw error instanceof DeadlineError ? lastError : error;
    }
  };
}
