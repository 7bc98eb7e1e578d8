import { createRequire } from 'node:module';
import { exitCode, UserError } from '@pipeline/runtime';
import kafkajs from 'kafkajs';
import { expect, test } from 'vitest';
import { permanentTypes } from './error-types.ts';
import {
  describeError,
  hasHungUp,
  isTooLarge,
  isTransientError,
  isTransientWhileRunning,
  kafkaErrors,
  kafkaErrorType,
  toUserError,
} from './errors.ts';

const { KafkaJSError, KafkaJSNonRetriableError, KafkaJSConnectionError, KafkaJSNumberOfRetriesExceeded } =
  kafkajs;

function protocolError(type: string): Error {
  return Object.assign(new KafkaJSError(`error ${type}`), { type });
}

/** Of kafkajs's error classes, those without a type. */
function named(name: string, error: Error): Error {
  return Object.assign(error, { name });
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
  [Object.assign(new KafkaJSError('Odd'), { code: 3 }), 'Odd'],
  ['no error', 'no error'],
])('%s is described as "%s", with its name or code once', (error, line) => {
  expect([describeError(error), kafkaErrors.describeError(error)]).toEqual([line, line]);
});

const { errorCodes } = createRequire(import.meta.url)('kafkajs/src/protocol/error.js');
const known: readonly string[] = [
  ...errorCodes.map(({ type }: { readonly type: string }) => type),
  'KAFKAJS_UNKNOWN_ERROR_CODE',
];

/** The transient errors, with the reason why a retry may succeed. */
const transientTypes: Readonly<Record<string, string>> = {
  UNKNOWN: 'an unexpected exception in the broker',
  KAFKAJS_UNKNOWN_ERROR_CODE: 'an error that kafkajs does not know, such as an exceeded quota',
  OFFSET_OUT_OF_RANGE: 'positions are located again after a rejoin',
  CORRUPT_MESSAGE: 'a request was damaged on its way',
  LEADER_NOT_AVAILABLE: 'a leader is being elected',
  NOT_LEADER_FOR_PARTITION: 'the leader has moved; metadata is refreshed',
  PREFERRED_LEADER_NOT_AVAILABLE: 'a broker is down',
  ELIGIBLE_LEADERS_NOT_AVAILABLE: 'brokers are down',
  FENCED_LEADER_EPOCH: 'the leader has moved; metadata is refreshed',
  UNKNOWN_LEADER_EPOCH: 'the broker has older metadata',
  STALE_CONTROLLER_EPOCH: 'the controller has moved',
  STALE_BROKER_EPOCH: 'a broker is restarting',
  NOT_CONTROLLER: 'the controller has moved; metadata is refreshed',
  REQUEST_TIMED_OUT: 'the broker is slow, or replicas are',
  BROKER_NOT_AVAILABLE: 'a broker is down',
  REPLICA_NOT_AVAILABLE: 'a replica is being moved or restarted',
  NETWORK_EXCEPTION: 'a connection broke',
  NOT_ENOUGH_REPLICAS: 'replicas are down or behind',
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: 'replicas are down or behind',
  KAFKA_STORAGE_ERROR: 'a disk of the broker has failed; another replica takes over',
  OFFSET_NOT_AVAILABLE: 'the new leader has not caught up yet',
  UNSTABLE_OFFSET_COMMIT: 'a transaction is open',
  GROUP_LOAD_IN_PROGRESS: 'the coordinator is loading the group',
  GROUP_COORDINATOR_NOT_AVAILABLE: 'the coordinator is being elected',
  NOT_COORDINATOR_FOR_GROUP: 'the coordinator has moved',
  ILLEGAL_GENERATION: 'the group has rebalanced; the member rejoins',
  UNKNOWN_MEMBER_ID: 'the member was expelled; it rejoins',
  REBALANCE_IN_PROGRESS: 'the member rejoins',
  MEMBER_ID_REQUIRED: 'the member joins with the id that the response contains',
  GROUP_MAX_SIZE_REACHED: 'a place becomes free when a member leaves',
  INVALID_REPLICATION_FACTOR: 'brokers that are starting have not registered yet',
  OPERATION_NOT_ATTEMPTED: 'another part of the request failed',
  REASSIGNMENT_IN_PROGRESS: 'partitions are being moved',
  FETCH_SESSION_ID_NOT_FOUND: 'the broker has forgotten the session',
  INVALID_FETCH_SESSION_EPOCH: 'the broker has another state of the session',
  LISTENER_NOT_FOUND: 'the leader is registering its listeners',
};

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
  for (const bug of [
    new TypeError('x is undefined'),
    new ReferenceError('x is not defined'),
    new SyntaxError(),
  ])
    expect(isTransientError(wrapped(bug))).toBe(false);
});

test.each(['NotImplemented', 'ServerDoesNotSupportApiKey', 'InvariantViolation'])(
  'KafkaJS%s is a bug or a broker without a request, and not retried',
  (name) => {
    const error = named(`KafkaJS${name}`, new KafkaJSNonRetriableError('no'));
    expect(isTransientError(error)).toBe(false);
    expect(toUserError(error)).toBe(error);
  },
);

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

test('an error for the user is reported as it is, also if kafkajs has wrapped it', () => {
  const error = new UserError('the token file is empty', 'write a token');
  expect([toUserError(error), toUserError(wrapped(error))]).toEqual([error, error]);
});

test('a broken TLS connection is transient', () => {
  const error = new KafkaJSConnectionError('broke', { broker: 'b', code: 'ERR_SSL_BAD_RECORD_TYPE' });
  expect(isTransientError(error)).toBe(true);
});

test('a programming error is not transient', () => {
  expect(isTransientError(new TypeError('x is undefined'))).toBe(false);
});

test.each([
  [true, named('KafkaJSConnectionClosedError', new KafkaJSConnectionError('Closed'))],
  [true, new KafkaJSConnectionError('read ECONNRESET', { broker: 'b', code: 'ECONNRESET' })],
  [true, wrapped(new KafkaJSConnectionError('Connection closed by the server'))],
  [false, new KafkaJSConnectionError('Connection timeout')],
  [false, new KafkaJSError('Connection closed by the server')],
  [false, protocolError('REQUEST_TIMED_OUT')],
])('whether the server has hung up is %s for %s', (expected, error) => {
  expect(hasHungUp(error)).toBe(expected);
});

test('only an error about the size of a record is one', () => {
  const types = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD'];
  expect(types.map((type) => isTooLarge(wrapped(protocolError(type))))).toEqual([true, true, false]);
  expect(isTooLarge(new Error('failed'))).toBe(false);
});

test('a topic that goes missing while it is read is being recreated', () => {
  expect(isTransientWhileRunning(wrapped(protocolError('UNKNOWN_TOPIC_OR_PARTITION')))).toBe(true);
});

test('only a missing topic is fixed by creating topics', () => {
  const missing = toUserError(wrapped(protocolError('UNKNOWN_TOPIC_OR_PARTITION')));
  const message = 'Kafka: error UNKNOWN_TOPIC_OR_PARTITION';
  expect(missing).toMatchObject({ message, code: exitCode.failed, fix: { name: 'create-topics' } });
  expect(toUserError(protocolError('TOPIC_AUTHORIZATION_FAILED'))).toMatchObject({ fix: undefined });
});

test('refused credentials are reported without a type of Kafka, too', () => {
  const error = wrapped(
    named('KafkaJSSASLAuthenticationError', new KafkaJSNonRetriableError('no such user')),
  );
  expect(isTransientError(error)).toBe(false);
  expect(toUserError(error)).toMatchObject({
    message: 'Kafka: no such user',
    remedy: expect.stringContaining('KAFKA_SASL_PASSWORD'),
  });
});

test('an unreadable batch is reported with its offsets and with what skips it', () => {
  const unreadable = { topic: 't', partition: 2, firstOffset: '7', lastOffset: '9', reason: 'corrupt' };
  const error = Object.assign(new KafkaJSError('wrong checksum'), { unreadable });
  expect(isTransientError(error)).toBe(false);
  expect(toUserError(error)).toMatchObject({
    message: 't/2: the batch of offsets 7 to 9 cannot be read: wrong checksum',
    remedy: expect.stringMatching(/DECOMPRESSED_MAX_BYTES or DECODED_MAX_RECORDS .* skip it/),
    code: exitCode.failed,
    fix: { name: 'skip-batch', batch: 't:2:7' },
  });
});

test.each([
  new UserError('already reported', 'do this'),
  new TypeError('x is undefined'),
  Object.assign(new Error('of another system'), { code: 'CERT_HAS_EXPIRED' }),
  'no error',
  undefined,
])('%s is reported as it is', (error) => {
  expect(toUserError(error)).toBe(error);
});

test('an error that is its own cause is classified', () => {
  const error = new KafkaJSError('odd');
  Object.assign(error, { cause: error });
  expect([kafkaErrorType(error), describeError(error), isTransientError(error)]).toEqual(['', 'odd', true]);
});
