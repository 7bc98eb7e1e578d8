import { explainFault, isPassingFault, type Persist } from '@pipeline/db';
import { explainKafkaFault, isPassingKafkaFault } from '@pipeline/kafka';
import { type RetryOptions, retryForever } from '@pipeline/runtime';
import type { Health } from './health.ts';

/** How a broken world is waited for: passing faults are tried again for ever, lasting ones become a line for the user. */
export interface Retries {
  /** Does something with Kafka. @throws Failure for a lasting fault */
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

/** Retries that tell the health of each try, and end with the signal. */
export function createRetries(places: Places, health: Health, signal: AbortSignal): Retries {
  const onKafkaRetry = health.retrying(`Kafka at ${places.kafka}`);
  const kafka: RetryOptions = { isPassing: isPassingKafkaFault, onRetry: onKafkaRetry, signal };
  const onRetry = health.retrying(`Postgres at ${places.postgres}`);
  return {
    reachKafka: (operation) => retryForever(operation, kafka).catch(throwAs(explainKafkaFault)),
    persist: (statement) => retryForever(statement, { isPassing: isPassingFault, onRetry, signal }),
    onKafkaRetry,
  };
}

/** What has been tried long enough with Postgres. @throws Failure for a lasting fault */
export function explainDatabase<Value>(outcome: Promise<Value>): Promise<Value> {
  return outcome.catch(throwAs(explainFault));
}

/** Turns an error into what a user can act on. */
function throwAs(explain: (error: unknown) => unknown): (error: unknown) => never {
  return (error) => {
    throw explain(error);
  };
}
