import { Failure } from '@pipeline/runtime';
import kafkajs from 'kafkajs';
import { expect, test } from 'vitest';
import { explainKafkaFault, isPassingKafkaFault, kafkaErrorType } from './faults.ts';

const { KafkaJSError, KafkaJSNonRetriableError, KafkaJSConnectionError, KafkaJSNumberOfRetriesExceeded } =
  kafkajs;

function protocolError(type: string): Error {
  return Object.assign(new KafkaJSError(`${type} was said`), { type });
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
])('%s passes', (error) => {
  expect(isPassingKafkaFault(error)).toBe(true);
  expect(explainKafkaFault(error)).toBe(error);
});

test.each([
  ['UNKNOWN_TOPIC_OR_PARTITION', 'infra provision'],
  ['TOPIC_AUTHORIZATION_FAILED', 'rights'],
  ['SASL_AUTHENTICATION_FAILED', 'KAFKA_SASL_PASSWORD'],
])('%s lasts, and the remedy is named however it is wrapped', (type, remedy) => {
  for (const error of [protocolError(type), wrapped(protocolError(type))]) {
    expect(kafkaErrorType(error)).toBe(type);
    expect(isPassingKafkaFault(error)).toBe(false);
    const failure = explainKafkaFault(error);
    expect(failure).toBeInstanceOf(Failure);
    expect((failure as Failure).remedy).toContain(remedy);
  }
});

test('an untrusted certificate lasts', () => {
  const error = new KafkaJSConnectionError('Connection error: self-signed certificate in certificate chain');
  expect(isPassingKafkaFault(error)).toBe(false);
  expect(explainKafkaFault(error)).toMatchObject({ remedy: expect.stringContaining('KAFKA_SSL_CA') });
});

test('a mistake of ours is no fault of Kafka', () => {
  expect(isPassingKafkaFault(new TypeError('x is undefined'))).toBe(false);
});
