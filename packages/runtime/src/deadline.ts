/** An operation that took longer than it was given. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

/**
 * The outcome of an operation, or a DeadlineError once `ms` milliseconds have passed.
 * The operation itself goes on; its later failure is ignored.
 */
export async function withDeadline<Value>(
  operation: Promise<Value>,
  ms: number,
  what: string,
): Promise<Value> {
  const { promise: expired, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new DeadlineError(`${what} took longer than ${ms} ms`)), ms);
  try {
    return await Promise.race([operation, expired]);
  } finally {
    clearTimeout(timer);
  }
}
