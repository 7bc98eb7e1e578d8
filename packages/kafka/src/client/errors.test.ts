import { createRequire } from 'node:module';
import { UserError } from '@pipeline/runtime';
import kafkajs from 'kafkajs';
import { expect, test } from 'vitest';
import { permanentTypes, transientTypes } from './error-types.ts';
import {
  describeError,
  isTransientError,
  isTransientWhileRunning,
  kafkaErrorType,
  toUserError,
} from './errors.ts';

const { KafkaJSError, KafkaJSNonRetriableError, KafkaJSConnectionError, KafkaJSNumberOfRetriesExceeded } =
  kafkajs;

function protocolError(type: string): Error {
  return Object.assign(new KafkaJSError(`error ${type}`), { type });
}

function wrapped(cause: Error): Error {
  const details = { retryCount: 5, retryTime: 100 };
  return Object.assign(new KafkaJSNumberOfRetriesExceeded(cause, details), { cause });
}

test.each([
  new KafkaJSConnectionError('connect ECONNREFUSED', { broker: 'b', code: 'ECONNREFUSED' }),
  protocolError('NOT_COORDINATOR_FOR_GROUP'),
  protocolError('REBALANCE_IN_PROGRESS'),
  wrapped(new KafkaJSConnectionError('Connection timeout')),
  new KafkaJSNonRetriableError('Failed to find group coordinator'),
])('%s is transient', (error) => {
  expect(isTransientError(error)).toBe(true);
  expect(toUserError(error)).toBe(error);
});

test.each([
  ['UNKNOWN_TOPIC_OR_PARTITION', 'create the topics'],
  ['TOPIC_AUTHORIZATION_FAILED', 'READ on KAFKA_TOPIC'],
  ['SASL_AUTHENTICATION_FAILED', 'KAFKA_SASL_PASSWORD'],
])('%s is permanent and has a remedy, wrapped or not', (type, remedy) => {
  for (const error of [protocolError(type), wrapped(protocolError(type))]) {
    expect(kafkaErrorType(error)).toBe(type);
    expect(isTransientError(error)).toBe(false);
    const userError = toUserError(error);
    expect(userError).toBeInstanceOf(UserError);
    expect((userError as UserError).remedy).toContain(remedy);
  }
});

test.each([
  [protocolError('NOT_COORDINATOR_FOR_GROUP'), 'error NOT_COORDINATOR_FOR_GROUP'],
  [
    Object.assign(new KafkaJSError('It moved'), { type: 'NOT_LEADER_FOR_PARTITION' }),
    'It moved (NOT_LEADER_FOR_PARTITION)',
  ],
  [wrapped(new KafkaJSConnectionError('Closed', { broker: 'b', code: 'EPIPE' })), 'Closed (EPIPE)'],
  ['no error', 'no error'],
])('%s is described as "%s", with its name or code once', (error, line) => {
  expect(describeError(error)).toBe(line);
});

const { errorCodes } = createRequire(import.meta.url)('kafkajs/src/protocol/error.js');
const known: readonly string[] = [
  ...errorCodes.map(({ type }: { readonly type: string }) => type),
  'KAFKAJS_UNKNOWN_ERROR_CODE',
];

// L7
test("every error of kafkajs's table is either permanent or transient", () => {
  const listed = [...Object.keys(permanentTypes), ...Object.keys(transientTypes)];
  expect(listed.sort()).toEqual([...known].sort());
  const judged = known.map((type) => [type, isTransientError(protocolError(type))]);
  expect(judged).toEqual(known.map((type) => [type, type in transientTypes]));
});

// L7
test.each([
  'INVALID_RECORD',
  'INVALID_TIMESTAMP',
  'INCONSISTENT_GROUP_PROTOCOL',
  'UNSUPPORTED_VERSION',
  'POLICY_VIOLATION',
])('%s is not retried, because the same request would fail again', (type) => {
  expect(isTransientError(wrapped(protocolError(type)))).toBe(false);
  expect(isTransientWhileRunning(protocolError(type))).toBe(false);
});

// L7
test('a bug is not retried, also if kafkajs has wrapped it', () => {
  for (const bug of [new TypeError('x is undefined'), new ReferenceError('x is not defined')])
    expect(isTransientError(wrapped(bug))).toBe(false);
});

test.each([
  ['SELF_SIGNED_CERT_IN_CHAIN', 'KAFKA_SSL_CA'],
  ['CERT_HAS_EXPIRED', 'renew'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'KAFKA_BROKERS'],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'KAFKA_SSL_CERT'],
  ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'ssl.enabled.protocols'],
])('%s is permanent and reported in one line', (code, remedy) => {
  const error = wrapped(new KafkaJSConnectionError('error:0A:SSL routines::\n', { broker: 'b:9093', code }));
  expect(isTransientError(error)).toBe(false);
  expect(toUserError(error)).toMatchObject({
    message: expect.stringMatching(/^Kafka: b:9093 [^\n]+$/),
    remedy: expect.stringContaining(remedy),
  });
});

test('a broken TLS connection is transient', () => {
  const error = new KafkaJSConnectionError('broke', { broker: 'b', code: 'ERR_SSL_BAD_RECORD_TYPE' });
  expect(isTransientError(error)).toBe(true);
});

test('a programming error is not transient', () => {
  expect(isTransientError(new TypeError('x is undefined'))).toBe(false);
});
