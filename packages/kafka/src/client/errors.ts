import { exitCode, tlsErrorOf, UserError } from '@pipeline/runtime';
import kafkajs from 'kafkajs';
import { findUnreadable, type UnreadableBatch } from '../consume/unreadable.ts';
import { tlsUserError } from './tls-user-error.ts';

const { KafkaJSError } = kafkajs;

/** The fields of kafkajs's errors that are used here; `type` is Kafka's name of the error. */
interface ClientError extends Error {
  readonly type?: string;
  /** Node's error code, for connection errors. */
  readonly code?: string;
  /** `HOST:PORT`, for connection errors. */
  readonly broker?: string;
  readonly cause?: unknown;
}

/** Remedies of permanent errors by Kafka's name (https://kafka.apache.org/protocol#protocol_error_codes). */
const permanent: Readonly<Record<string, string>> = {
  UNKNOWN_TOPIC_OR_PARTITION: 'create the topics of KAFKA_TOPIC and KAFKA_DLQ_TOPIC',
  TOPIC_AUTHORIZATION_FAILED:
    'grant this user READ on KAFKA_TOPIC and WRITE on KAFKA_DLQ_TOPIC to consume, WRITE on KAFKA_TOPIC to produce',
  GROUP_AUTHORIZATION_FAILED:
    'grant this user READ on the group of KAFKA_GROUP_ID (DESCRIBE to read its offsets)',
  CLUSTER_AUTHORIZATION_FAILED: 'grant this user the ACLs that the documentation lists',
  SASL_AUTHENTICATION_FAILED: 'check KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD',
  UNSUPPORTED_SASL_MECHANISM: 'check KAFKA_SASL_MECHANISM',
  ILLEGAL_SASL_STATE:
    'this listener does not use SASL: unset KAFKA_SASL_MECHANISM, or name another listener in KAFKA_BROKERS',
  MESSAGE_TOO_LARGE: "send smaller records, or raise the topic's max.message.bytes",
  RECORD_LIST_TOO_LARGE: "send smaller records, or raise the topic's segment.bytes",
  INVALID_TOPIC_EXCEPTION: 'check KAFKA_TOPIC and KAFKA_DLQ_TOPIC',
  INVALID_GROUP_ID: 'check KAFKA_GROUP_ID',
  INVALID_SESSION_TIMEOUT: "choose a KAFKA_SESSION_TIMEOUT_MS within the broker's bounds",
};

/** Whether an error of Kafka or of the connection to it is worth a retry. */
export function isTransientError(error: unknown): boolean {
  const isPermanent =
    permanentRemedy(error) !== undefined || tlsErrorOf(codeOf(rootCause(error))) !== undefined;
  return error instanceof KafkaJSError && !isPermanent && !isUnretriable(error);
}

/** Whether the server closed the connection without a response. */
export function hasHungUp(error: unknown): boolean {
  const { name, code, message } = rootCause(error);
  if (name === 'KafkaJSConnectionClosedError' || code === 'ECONNRESET') return true;
  return name === 'KafkaJSConnectionError' && message === 'Connection closed by the server';
}

/** Whether a record exceeds the topic's size limit. */
export function isTooLarge(error: unknown): boolean {
  return ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'].includes(kafkaErrorType(error));
}

/** Kafka's name of an error, also if kafkajs has wrapped it; '' if it has none. */
export function kafkaErrorType(error: unknown): string {
  const { type, cause } = (error ?? {}) as ClientError;
  return type ?? (cause === undefined || cause === error ? '' : kafkaErrorType(cause));
}

/** Errors of the data, or of a request that the broker does not support: a retry cannot help. */
function isUnretriable(error: unknown): boolean {
  return findUnreadable(error) !== undefined || rootCause(error).name === 'KafkaJSNotImplemented';
}

/** Node's error code: kafkajs passes it on as a string, and uses numbers for Kafka's own errors. */
function codeOf({ code }: ClientError): string | undefined {
  return typeof code === 'string' ? code : undefined;
}

function rootCause(error: unknown): ClientError {
  const { cause } = (error ?? {}) as ClientError;
  return cause === undefined || cause === error ? (error as ClientError) : rootCause(cause);
}

function permanentRemedy(error: unknown): string | undefined {
  const cause = rootCause(error);
  if (cause.name === 'KafkaJSSASLAuthenticationError') return permanent['SASL_AUTHENTICATION_FAILED'];
  return permanent[kafkaErrorType(error)];
}

/** The error itself if it is transient or unknown, otherwise a UserError with a remedy. */
export function toUserError(error: unknown): unknown {
  if (error instanceof UserError || !(error instanceof Error) || isTransientError(error)) return error;
  const unreadable = findUnreadable(error);
  if (unreadable !== undefined) return unreadableUserError(unreadable, error);
  const cause = rootCause(error);
  const tlsError = error instanceof KafkaJSError ? tlsErrorOf(codeOf(cause)) : undefined;
  if (tlsError !== undefined) return tlsUserError(tlsError, cause.broker);
  const remedy = permanentRemedy(error);
  if (remedy === undefined) return error;
  const isTopicMissing = kafkaErrorType(error) === 'UNKNOWN_TOPIC_OR_PARTITION';
  const fix = isTopicMissing ? ({ name: 'create-topics' } as const) : undefined;
  return new UserError(`Kafka: ${cause.message}`, remedy, exitCode.failed, fix);
}

function unreadableUserError(batch: UnreadableBatch, error: Error): UserError {
  const { topic, partition, firstOffset, lastOffset } = batch;
  return new UserError(
    `${topic}/${partition}: the batch of offsets ${firstOffset} to ${lastOffset} cannot be read: ${error.message}`,
    'raise DECOMPRESSED_MAX_BYTES if the batch is only large, or skip it',
    exitCode.failed,
    { name: 'skip-batch', batch: `${topic}:${partition}:${firstOffset}` },
  );
}
