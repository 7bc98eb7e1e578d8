import { Failure } from '@pipeline/runtime';
import kafkajs from 'kafkajs';
import { findUnreadable, type UnreadableBatch } from './unreadable.ts';

const { KafkaJSError } = kafkajs;

/** What kafkajs's errors have in common; `type` is Kafka's own name of the error. */
interface ClientError extends Error {
  readonly type?: string;
  readonly cause?: unknown;
}

/** Errors by Kafka's names (https://kafka.apache.org/protocol#protocol_error_codes) that somebody must mend. */
const lasting: Readonly<Record<string, string>> = {
  UNKNOWN_TOPIC_OR_PARTITION:
    'KAFKA_TOPIC or KAFKA_DLQ_TOPIC is missing: run "pnpm --filter infra provision"',
  TOPIC_AUTHORIZATION_FAILED: 'grant this user the rights on the topic that docs/operations.md lists',
  GROUP_AUTHORIZATION_FAILED: 'grant this user READ on the group',
  CLUSTER_AUTHORIZATION_FAILED: 'grant this user the rights that docs/operations.md lists',
  SASL_AUTHENTICATION_FAILED: 'check KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD',
  UNSUPPORTED_SASL_MECHANISM: 'check KAFKA_SASL_MECHANISM',
  MESSAGE_TOO_LARGE: "send smaller records, or raise the topic's max.message.bytes",
  RECORD_LIST_TOO_LARGE: "send smaller records, or raise the topic's segment.bytes",
  INVALID_TOPIC_EXCEPTION: 'check KAFKA_TOPIC and KAFKA_DLQ_TOPIC',
  INVALID_GROUP_ID: 'check KAFKA_GROUP_ID',
  INVALID_SESSION_TIMEOUT: "choose a KAFKA_SESSION_TIMEOUT_MS within the broker's bounds",
};

/** TLS trouble that no retry mends: wrong or expired certificates. */
const badCertificate = /self.signed|unable to (verify|get)|certificate|altnames|CERT_/i;

/** Whether an error of the way to Kafka, or of Kafka, passes by itself. */
export function isPassingKafkaFault(error: unknown): boolean {
  return error instanceof KafkaJSError && lastingRemedy(error) === undefined && !isOurFault(error);
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

function rootCause(error: unknown): ClientError {
  const { cause } = (error ?? {}) as ClientError;
  return cause === undefined || cause === error ? (error as ClientError) : rootCause(cause);
}

function lastingRemedy(error: unknown): string | undefined {
  const cause = rootCause(error);
  if (cause.name === 'KafkaJSSASLAuthenticationError') return lasting['SASL_AUTHENTICATION_FAILED'];
  if (badCertificate.test(cause.message)) return 'check KAFKA_SSL_CA, KAFKA_SSL_CERT and KAFKA_SSL_KEY';
  return lasting[kafkaErrorType(error)];
}

/** The error itself when trying again helps, else the Failure that a user can act on. */
export function explainKafkaFault(error: unknown): unknown {
  if (error instanceof Failure || !(error instanceof Error) || isPassingKafkaFault(error)) return error;
  const unreadable = findUnreadable(error);
  if (unreadable !== undefined) return explainUnreadable(unreadable, error);
  const remedy = lastingRemedy(error);
  return remedy === undefined ? error : new Failure(`Kafka: ${rootCause(error).message}`, remedy);
}

function explainUnreadable(batch: UnreadableBatch, error: Error): Failure {
  const { topic, partition, firstOffset, lastOffset } = batch;
  return new Failure(
    `${topic}/${partition}: the batch of offsets ${firstOffset} to ${lastOffset} cannot be read: ${error.message}`,
    `raise DECOMPRESSED_MAX_BYTES if it is only large, or give it up with "consumer --skip ${topic}:${partition}:${firstOffset}"`,
  );
}
