import { exitCode, type SystemErrors, tlsErrorOf, UserError } from '@pipeline/runtime';
import kafkajs from 'kafkajs';
import { findUnreadable, type UnreadableBatch } from '../consume/unreadable.ts';
import { permanentTypes } from './error-types.ts';
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

/** Errors that only a bug causes, of this program or of kafkajs, or a broker without a request that is needed. */
const permanentNames = [
  'TypeError',
  'ReferenceError',
  'SyntaxError',
  'KafkaJSNotImplemented',
  'KafkaJSServerDoesNotSupportApiKey',
  'KafkaJSInvariantViolation',
];

/** Whether an error of Kafka or of the connection to it is worth a retry. */
export function isTransientError(error: unknown): boolean {
  const isPermanent =
    permanentRemedy(error) !== undefined || tlsErrorOf(codeOf(rootCause(error))) !== undefined;
  return error instanceof KafkaJSError && !isPermanent && !isUnretriable(error);
}

/**
 * Whether an error is worth a retry while a topic is being read. A topic that goes missing then is being recreated;
 * one that never existed is a mistake.
 */
export function isTransientWhileRunning(error: unknown): boolean {
  return isTransientError(error) || kafkaErrorType(error) === 'UNKNOWN_TOPIC_OR_PARTITION';
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
  return type ?? (cause === error ? '' : kafkaErrorType(cause));
}

/** The message, and Kafka's name of the error or Node's code. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const name = kafkaErrorType(error) || codeOf(rootCause(error)) || '';
  return error.message.includes(name) ? error.message : `${error.message} (${name})`;
}

/** Errors of the data, of a login or of the program: a retry cannot help. */
function isUnretriable(error: unknown): boolean {
  const cause = rootCause(error);
  return (
    findUnreadable(error) !== undefined || cause instanceof UserError || permanentNames.includes(cause.name)
  );
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
  if (cause.name === 'KafkaJSSASLAuthenticationError') return permanentTypes['SASL_AUTHENTICATION_FAILED'];
  return permanentTypes[kafkaErrorType(error)];
}

/** The error itself if it is transient or unknown, otherwise a UserError with a remedy. */
export function toUserError(error: unknown): unknown {
  if (error instanceof UserError || !(error instanceof Error) || isTransientError(error)) return error;
  const unreadable = findUnreadable(error);
  if (unreadable !== undefined) return unreadableUserError(unreadable, error);
  const cause = rootCause(error);
  if (cause instanceof UserError) return cause;
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
    'raise DECOMPRESSED_MAX_BYTES or DECODED_MAX_RECORDS if the batch is only large, or skip it',
    exitCode.failed,
    { name: 'skip-batch', batch: `${topic}:${partition}:${firstOffset}` },
  );
}

/** The errors of Kafka, for `waitFor`. */
export const kafkaErrors: SystemErrors = { isTransientError, describeError, toUserError };
