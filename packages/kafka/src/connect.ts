import { readFileSync } from 'node:fs';
import { exitCode, Failure, type Logger } from '@pipeline/runtime';
import kafkajs, { type Kafka, type KafkaConfig, type SASLOptions } from 'kafkajs';
import { clientLog } from './client-log.ts';
import type { KafkaSettings } from './settings.ts';

/** So soon whoever reads or sends notices new partitions. */
export const METADATA_MAX_AGE_MS = 10_000;

/**
 * A client of Kafka; it connects when it is first used. Make one for each consumer: consumers of one client share
 * their committed offsets by mistake (kafkajs#1535).
 * @throws Failure when a certificate cannot be read, or when what is set would be left out: half of a login, certificates without TLS
 */
export function connectKafka(settings: KafkaSettings, name: string, logger: Logger): Kafka {
  return new kafkajs.Kafka({
    clientId: settings.KAFKA_CLIENT_ID ?? name,
    brokers: [...settings.KAFKA_BROKERS],
    connectionTimeout: 5_000,
    authenticationTimeout: 10_000,
    requestTimeout: settings.KAFKA_REQUEST_TIMEOUT_MS,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 5 },
    logCreator: clientLog(logger),
    ...tls(settings),
    ...sasl(settings),
  });
}

function tls(settings: KafkaSettings): Pick<KafkaConfig, 'ssl'> {
  const files = { ca: settings.KAFKA_SSL_CA, cert: settings.KAFKA_SSL_CERT, key: settings.KAFKA_SSL_KEY };
  const given = Object.entries(files).filter((entry): entry is [string, string] => entry[1] !== undefined);
  if (settings.KAFKA_SSL)
    return { ssl: Object.fromEntries(given.map(([name, path]) => [name, readPem(name, path)])) };
  if (given.length === 0) return {};
  throw wrongUse(
    `KAFKA_SSL is off, which leaves ${given.map(([name]) => settingOf(name)).join(' and ')} unused`,
    'set KAFKA_SSL=true',
  );
}

function settingOf(name: string): string {
  return `KAFKA_SSL_${name.toUpperCase()}`;
}

function readPem(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw wrongUse(`${settingOf(name)}: cannot read ${path}`, 'name a readable PEM file');
  }
}

function sasl(settings: KafkaSettings): Pick<KafkaConfig, 'sasl'> {
  const {
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: username,
    KAFKA_SASL_PASSWORD: password,
  } = settings;
  if (mechanism === undefined && username === undefined && password === undefined) return {};
  if (mechanism === undefined || username === undefined || password === undefined) {
    throw wrongUse(
      'half of a login to Kafka is set',
      'set all of KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD, or none',
    );
  }
  return { sasl: { mechanism, username, password } as SASLOptions };
}

function wrongUse(message: string, remedy: string): Failure {
  return new Failure(message, remedy, exitCode.usage);
}
