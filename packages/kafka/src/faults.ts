import { Failure, tlsFaultOf } from '@pipeline/runtime';
import kafkajs from 'kafkajs';
import { tlsFailure } from './tls-failure.ts';
import { findUnreadable, type UnreadableBatch } from './unreadable.ts';

const { KafkaJSError } = kafkajs;

/** What kafkajs's errors have in common; `type` is Kafka's own name of the error. */
interface ClientError extends Error {
  readonly type?: string;
  /** Node's own, of a connection. */
  readonly code?: string;
  /** `HOST:PORT`, of a connection. */
  readonly broker?: string;
  readonly cause?: unknown;
}

/** Errors by Kafka's names (https://kafka.apache.org/protocol#protocol_error_codes) that somebody must mend. */
const lasting: Readonly<Record<string, string>> = {
  UNKNOWN_TOPIC_OR_PARTITION:
    'KAFKA_TOPIC or KAFKA_DLQ_TOPIC is missing: run "pnpm --filter infra provision"',
  TOPIC_AUTHORIZATION_FAILED:
    'grant this user READ on KAFKA_TOPIC and WRITE on KAFKA_DLQ_TOPIC to consume, WRITE on KAFKA_TOPIC to produce',
  GROUP_AUTHORIZATION_FAILED: 'grant this user READ on the group of KAFKA_GROUP_ID (DESCRIBE to look at it)',
  CLUSTER_AUTHORIZATION_FAILED: 'grant this user the rights that docs/operations.md lists',
  SASL_AUTHENTICATION_FAILED: 'check KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD',
  UNSUPPORTED_SASL_MECHANISM: 'check KAFKA_SASL_MECHANISM',
  ILLEGAL_SASL_STATE:
    'no login is asked for there: unset KAFKA_SASL_MECHANISM, or name another listener in KAFKA_BROKERS',
  MESSAGE_TOO_LARGE: "send smaller records, or raise the topic's max.message.bytes",
  RECORD_LIST_TOO_LARGE: "send smaller records, or raise the topic's segment.bytes",
  INVALID_TOPIC_EXCEPTION: 'check KAFKA_TOPIC and KAFKA_DLQ_TOPIC',
  INVALID_GROUP_ID: 'check KAFKA_GROUP_ID',
  INVALID_SESSION_TIMEOUT: "choose a KAFKA_SESSION_TIMEOUT_MS within the broker's bounds",
};

/** Whether an error of the way to Kafka, or of Kafka, passes by itself. */
export function isPassingKafkaFault(error: unknown): boolean {
  const lasts = lastingRemedy(error) !== undefined || tlsFaultOf(codeOf(rootCause(error))) !== undefined;
  return error instanceof KafkaJSError && !lasts && !isOurFault(error);
}

/** Whether whoever answered has closed the connection without a word. */
export function hasHungUp(error: unknown): boolean {
  const { name, code, message } = rootCause(error);
  if (name === 'KafkaJSConnectionClosedError' || code === 'ECONNRESET') return true;
  return name === 'KafkaJSConnectionError' && message === 'Connection closed by the server';
}

/** Whether a topic refuses a record for its size. */
export function isTooLarge(error: unknown): boolean {
  return ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'].includes(kafkaErrorType(error));
}

/** Kafka's name of an error, wherever kafkajs has wrapped it; '' where there is none. */
export function kafkaErrorType(error: unknown): string {
  const { type, cause } = (error ?? {}) as ClientError;
  return type ?? (cause === undefined || cause === error ? '' : kafkaErrorType(cause));
}

/** The data is at fault, or the way we asked: no retry helps. */
function isOurFault(error: unknown): boolean {
  return findUnreadable(error) !== undefined || rootCause(error).name === 'KafkaJSNotImplemented';
}

/** kafkajs gives numbers to what Kafka says, and passes Node's codes on. */
function codeOf({ code }: ClientError): string | undefined {
  return typeof code === 'string' ? code : undefined;
}

function rootCause(error: unknown): ClientError {
  const { cause } = (error ?? {}) as ClientError;
  return cause === undefined || cause === error ? (error as ClientError) : rootCause(cause);
}

function lastingRemedy(error: unknown): string | undefined {
  const cause = rootCause(error);
  if (cause.name === 'KafkaJSSASLAuthenticationError') return lasting['SASL_AUTHENTICATION_FAILED'];
  return lasting[kafkaErrorType(error)];
}

/** The error itself when trying again helps, else the Failure that a user can act on. */
export function explainKafkaFault(error: unknown): unknown {
  if (error instanceof Failure || !(error instanceof Error) || isPassingKafkaFault(error)) return error;
  const unreadable = findUnreadable(error);
  if (unreadable !== undefined) return explainUnreadable(unreadable, error);
  const cause = rootCause(error);
  const tlsFault = error instanceof KafkaJSError ? tlsFaultOf(codeOf(cause)) : undefined;
  if (tlsFault !== undefined) return tlsFailure(tlsFault, cause.broker);
  const remedy = lastingRemedy(error);
  return remedy === undefined ? error : new Failure(`Kafka: ${cause.message}`, remedy);
}

function explainUnreadable(batch: UnreadableBatch, error: Error): Failure {
  const { topic, partition, firstOffset, lastOffset } = batch;
  return new Failure(
    `${topic}/${partition}: the batch of offsets ${firstOffset} to ${lastOffset} cannot be read: ${error.message}`,
    `raise DECOMPRESSED_MAX_BYTES if it is only large, or give it up with "consumer --skip ${topic}:${partition}:${firstOffset}"`,
  );
}
