import { readFileSync } from 'node:fs';
import { Failure, type Logger } from '@pipeline/runtime';
import kafkajs, { type Kafka, type KafkaConfig, type SASLOptions } from 'kafkajs';
import { clientLog } from './client-log.ts';
import type { KafkaSettings } from './settings.ts';

/**
 * A client of Kafka; it connects when it is first used. Make one for each consumer: consumers of one client share
 * their committed offsets by mistake (kafkajs#1535).
 * @throws Failure when a certificate cannot be read or half of a login is missing
 */
export function connectKafka(settings: KafkaSettings, name: string, logger: Logger): Kafka {
  return new kafkajs.Kafka({
    clientId: settings.KAFKA_CLIENT_ID ?? name,
    brokers: [...settings.KAFKA_BROKERS],
    connectionTimeout: 5_000,
    authenticationTimeout: 10_000,
    requestTimeout: 30_000,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 5 },
    logCreator: clientLog(logger),
    ...tls(settings),
    ...sasl(settings),
  });
}

function tls(settings: KafkaSettings): Pick<KafkaConfig, 'ssl'> {
  if (!settings.KAFKA_SSL) return {};
  const files = { ca: settings.KAFKA_SSL_CA, cert: settings.KAFKA_SSL_CERT, key: settings.KAFKA_SSL_KEY };
  const given = Object.entries(files).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { ssl: Object.fromEntries(given.map(([name, path]) => [name, readPem(name, path)])) };
}

function readPem(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new Failure(`KAFKA_SSL_${name.toUpperCase()}: cannot read ${path}`, 'name a readable PEM file');
  }
}

function sasl(settings: KafkaSettings): Pick<KafkaConfig, 'sasl'> {
  const {
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: username,
    KAFKA_SASL_PASSWORD: password,
  } = settings;
  if (mechanism === undefined) return {};
  if (username === undefined || password === undefined) {
    throw new Failure('KAFKA_SASL_MECHANISM is set', 'set KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD too');
  }
  return { sasl: { mechanism, username, password } as SASLOptions };
}
