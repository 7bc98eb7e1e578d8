import { type Database, type Persist, postgresErrors } from '@pipeline/db';
import { kafkaErrors } from '@pipeline/kafka';
import { type Logger, retryForever, waitFor } from '@pipeline/runtime';

/** Runs operations until they succeed, and logs why it waits. */
export interface Reach {
  /** Runs an operation on Kafka. @throws UserError for a permanent error, the signal's reason */
  readonly kafka: <Value>(operation: () => Promise<Value>) => Promise<Value>;
  /** Runs a statement. Permanent errors are rethrown unchanged, because a row may have caused them. */
  readonly persist: Persist;
}

/** Retries transient errors until the signal is aborted. */
export function createReach(
  brokers: readonly string[],
  { address }: Pick<Database, 'address'>,
  logger: Logger,
  signal: AbortSignal,
): Reach {
  const system = `Kafka at ${brokers.join(',')}`;
  const waiting = { system, errors: kafkaErrors, say: (line: string) => logger.warn(line), signal };
  const onRetry = (error: unknown) =>
    logger.warn(`waiting for Postgres at ${address}: ${postgresErrors.describeError(error)}`);
  return {
    kafka: (operation) => waitFor(operation, waiting),
    persist: (statement) =>
      retryForever(statement, { isTransient: postgresErrors.isTransientError, onRetry, signal }),
  };
}
