import { readSettings } from '@pipeline/runtime';
import { expect, test } from 'vitest';
import { kafkaSettings, requireOwnDeadLetterTopic } from './settings.ts';

test('KAFKA_BROKERS accepts a comma list of names, IPv4 and IPv6 addresses with ports', () => {
  const { KAFKA_BROKERS } = readSettings(kafkaSettings, {
    KAFKA_BROKERS: 'kafka-1:9092, 10.0.0.1:1,[::1]:65535',
  });
  expect(KAFKA_BROKERS).toEqual(['kafka-1:9092', '10.0.0.1:1', '[::1]:65535']);
});

test.each([
  'kafka',
  'kafka:',
  ':9092',
  'kafka:9092,',
  'http://kafka:9092',
  '::1:9092',
  'kafka:0',
  'kafka:65536',
  'kafka:99999',
])('KAFKA_BROKERS rejects "%s"', (text) => {
  expect(() => readSettings(kafkaSettings, { KAFKA_BROKERS: text })).toThrow(/KAFKA_BROKERS/);
});

test.each([
  'https://issuer.example/token',
  'http://127.0.0.1:8080/token',
  'http://[::1]/token',
  'http://localhost/',
])('KAFKA_OAUTH_TOKEN_ENDPOINT accepts "%s"', (text) => {
  const { KAFKA_OAUTH_TOKEN_ENDPOINT } = readSettings(kafkaSettings, { KAFKA_OAUTH_TOKEN_ENDPOINT: text });
  expect(KAFKA_OAUTH_TOKEN_ENDPOINT).toBe(text);
});

test.each(['http://issuer.example/token', 'issuer.example', 'file:///token', 'http://127.0.0.1.example/'])(
  'KAFKA_OAUTH_TOKEN_ENDPOINT rejects "%s"',
  (text) => {
    expect(() => readSettings(kafkaSettings, { KAFKA_OAUTH_TOKEN_ENDPOINT: text })).toThrow(/an https URL/);
  },
);

test('KAFKA_OAUTH_TOKEN_ENDPOINT rejects credentials without showing them', () => {
  const environment = { KAFKA_OAUTH_TOKEN_ENDPOINT: 'https://app:hunter2@issuer.example/token' };
  expect(() => readSettings(kafkaSettings, environment)).toThrow(
    expect.objectContaining({
      problems: ['KAFKA_OAUTH_TOKEN_ENDPOINT: expected a URL without user and password'],
    }),
  );
});

test('KAFKA_OAUTH_EXTENSIONS accepts pairs', () => {
  const { KAFKA_OAUTH_EXTENSIONS } = readSettings(kafkaSettings, { KAFKA_OAUTH_EXTENSIONS: 'a=1, b=x=y' });
  expect(KAFKA_OAUTH_EXTENSIONS).toEqual(['a=1', 'b=x=y']);
});

test.each(['a', 'a=', '1=a', 'auth=Bearer x', 'a=\u0001auth=x', 'a=1,'])(
  'KAFKA_OAUTH_EXTENSIONS rejects "%s"',
  (text) => {
    expect(() => readSettings(kafkaSettings, { KAFKA_OAUTH_EXTENSIONS: text })).toThrow(/NAME=VALUE/);
  },
);

const topicsOf = (text: string) => readSettings(kafkaSettings, { KAFKA_TOPIC: text }).KAFKA_TOPIC;

test('KAFKA_TOPIC is one topic or a comma list of them, in their order', () => {
  expect(readSettings(kafkaSettings, {}).KAFKA_TOPIC).toEqual(['events']);
  expect(topicsOf('orders')).toEqual(['orders']);
  expect(topicsOf('orders, payments.v1,_a-B')).toEqual(['orders', 'payments.v1', '_a-B']);
});

test.each(['a,', ',a', 'a,,b', '.', '..', 'a b', 'a/b', 'ä', 'x'.repeat(250)])(
  'KAFKA_TOPIC rejects "%s", which is no list of topic names',
  (text) => expect(() => topicsOf(text)).toThrow(/KAFKA_TOPIC: got .*, expected a topic name/),
);

test('a topic that is listed twice is named', () => {
  expect(() => topicsOf('a,b,c,b')).toThrow(/KAFKA_TOPIC: lists b twice/);
});

test('KAFKA_DLQ_TOPIC is one topic, and none of KAFKA_TOPIC', () => {
  expect(() => readSettings(kafkaSettings, { KAFKA_DLQ_TOPIC: 'a,b' })).toThrow(/KAFKA_DLQ_TOPIC: got/);
  const settings = { KAFKA_TOPIC: ['a', 'b'], KAFKA_DLQ_TOPIC: 'b' } as const;
  expect(() => requireOwnDeadLetterTopic(settings)).toThrow(
    expect.objectContaining({ message: 'KAFKA_DLQ_TOPIC b is also a topic of KAFKA_TOPIC', code: 2 }),
  );
  expect(() => requireOwnDeadLetterTopic({ ...settings, KAFKA_DLQ_TOPIC: 'c' })).not.toThrow();
});
