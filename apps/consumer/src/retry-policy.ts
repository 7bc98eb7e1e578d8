import { type Persist, postgresErrors } from '@pipeline/db';
import { kafkaErrors } from '@pipeline/kafka';
import { type RetryOptions, retryForever } from '@pipeline/runtime';
import type { Health } from './health.ts';

/** Transient errors are retried indefinitely, permanent ones become a one-line `UserError`. */
export interface RetryPolicy {
  /** Runs an operation on Kafka. @throws UserError for a permanent error */
  readonly reachKafka: <Value>(operation: () => Promise<Value>) => Promise<Value>;
  /** Runs a statement, which is progress. Permanent errors are rethrown unchanged, because a row may have caused them. */
  readonly persist: Persist;
  readonly onKafkaRetry: (error: unknown) => void;
}

/** The addresses of both systems, for the log. */
export interface Places {
  readonly kafka: string;
  readonly postgres: string;
}

/** Retries until the signal is aborted, and reports each retry to the health. */
export function createRetryPolicy(places: Places, health: Health, signal: AbortSignal): RetryPolicy {
  const onKafkaRetry = health.retrying(`Kafka at ${places.kafka}`, kafkaErrors);
  const kafka: RetryOptions = { isTransient: kafkaErrors.isTransientError, onRetry: onKafkaRetry, signal };
  const onPostgresRetry = health.retrying(`Postgres at ${places.postgres}`, postgresErrors);
  return {
    reachKafka: (operation) => retryForever(operation, kafka).catch(throwAs(kafkaErrors.toUserError)),
    async persist(statement) {
      let endFailing: (() => void) | undefined;
      const onRetry = (error: unknown) => {
        endFailing ??= health.failingWrites.begin();
        onPostgresRetry(error);
      };
      try {
        return await retryForever(statement, {
          isTransient: postgresErrors.isTransientError,
          onRetry,
          signal,
        });
      } finally {
        endFailing?.();
        health.progressed();
      }
    },
    onKafkaRetry,
  };
}

/** Rethrows a permanent error of Postgres as a UserError. */
export function explainDatabase<Value>(outcome: Promise<Value>): Promise<Value> {
  return outcome.catch(throwAs(postgresErrors.toUserError));
}

function throwAs(explain: (error: unknown) => unknown): (error: unknown) => never {
  return (error) => {
    throw explain(error);
  };
}
