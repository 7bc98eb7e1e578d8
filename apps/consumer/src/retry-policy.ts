import { isTransientError, type Persist, toUserError } from '@pipeline/db';
import { isTransientError as isTransientKafkaError, toUserError as toKafkaUserError } from '@pipeline/kafka';
import { type RetryOptions, retryForever } from '@pipeline/runtime';
import type { Health } from './health.ts';

/** How a broken world is waited for: passing faults are tried again for ever, lasting ones become a line for the user. */
export interface RetryPolicy {
  /** Does something with Kafka. @throws UserError for a lasting fault */
  readonly reachKafka: <Value>(operation: () => Promise<Value>) => Promise<Value>;
  /** Runs a statement; errors that do not pass are thrown as they are, for they may be a row's fault. */
  readonly persist: Persist;
  readonly onKafkaRetry: (error: unknown) => void;
}

/** Where the two systems are, for the log. */
export interface Places {
  readonly kafka: string;
  readonly postgres: string;
}

/** RetryPolicy that tell the health of each try, and end with the signal. */
export function createRetryPolicy(places: Places, health: Health, signal: AbortSignal): RetryPolicy {
  const onKafkaRetry = health.retrying(`Kafka at ${places.kafka}`);
  const kafka: RetryOptions = { isTransient: isTransientKafkaError, onRetry: onKafkaRetry, signal };
  const onRetry = health.retrying(`Postgres at ${places.postgres}`);
  return {
    reachKafka: (operation) => retryForever(operation, kafka).catch(throwAs(toKafkaUserError)),
    persist: (statement) => retryForever(statement, { isTransient: isTransientError, onRetry, signal }),
    onKafkaRetry,
  };
}

/** What has been tried long enough with Postgres. @throws UserError for a lasting fault */
export function explainDatabase<Value>(outcome: Promise<Value>): Promise<Value> {
  return outcome.catch(throwAs(toUserError));
}

/** Turns an error into what a user can act on. */
function throwAs(explain: (error: unknown) => unknown): (error: unknown) => never {
  return (error) => {
    throw explain(error);
  };
}
