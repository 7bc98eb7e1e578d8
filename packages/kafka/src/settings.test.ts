import { readSettings } from '@pipeline/runtime';
import { expect, test } from 'vitest';
import { kafkaSettings } from './settings.ts';

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
