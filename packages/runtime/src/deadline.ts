/** An operation exceeded its deadline. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

/**
 * Settles like the operation, or rejects with a DeadlineError after `ms` milliseconds.
 * The operation itself is not cancelled; a later failure is ignored.
 * @param what the subject of the error message, such as `Kafka`
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
