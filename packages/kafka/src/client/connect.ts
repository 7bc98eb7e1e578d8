import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { exitCode, type Logger, silentLogger, UserError } from '@pipeline/runtime';
import kafkajs, { type Kafka, type KafkaConfig } from 'kafkajs';
import type { KafkaSettings } from '../settings.ts';
import { clientLog } from './client-log.ts';
import { openSocket } from './open-socket.ts';
import { saslConfig } from './sasl/sasl.ts';

/** How often clients refresh topic metadata, and therefore how soon they discover new partitions. */
export const METADATA_MAX_AGE_MS = 10_000;

/** A kafkajs client with its configuration. */
export interface KafkaClient extends Kafka {
  readonly config: KafkaConfig;
}

/**
 * Creates a Kafka client, which connects on first use. Create one per consumer: consumers of one client
 * share their committed offsets by mistake (kafkajs#1535).
 * @param logger gets the log of kafkajs, at levels debug and trace, and warnings about tokens; defaults to none
 * @throws UserError if a certificate or a token file cannot be read or parsed, or if settings are missing or would be
 * ignored: those of a SASL mechanism, a certificate without its key, certificates without TLS
 */
export function connectKafka(
  settings: KafkaSettings,
  name: string,
  logger: Logger = silentLogger,
): KafkaClient {
  const config = clientConfig(settings, name, logger);
  return Object.assign(new kafkajs.Kafka(config), { config });
}

function clientConfig(settings: KafkaSettings, name: string, logger: Logger): KafkaConfig {
  return {
    clientId: settings.KAFKA_CLIENT_ID ?? name,
    brokers: [...settings.KAFKA_BROKERS],
    connectionTimeout: 5_000,
    authenticationTimeout: 10_000,
    requestTimeout: settings.KAFKA_REQUEST_TIMEOUT_MS,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 5 },
    logCreator: clientLog(logger),
    socketFactory: openSocket,
    ...tls(settings),
    ...saslConfig(settings, logger),
  };
}

function tls(settings: KafkaSettings): Pick<KafkaConfig, 'ssl'> {
  const files = { ca: settings.KAFKA_SSL_CA, cert: settings.KAFKA_SSL_CERT, key: settings.KAFKA_SSL_KEY };
  const given = Object.entries(files).filter((entry): entry is [string, string] => entry[1] !== undefined);
  if (settings.KAFKA_SSL) {
    requireCertificateAndKey(settings);
    return { ssl: requireValidPem(given.map(([name, path]) => [name, readPem(name, path)])) };
  }
  if (given.length === 0) return {};
  throw wrongUse(
    `${given.map(([name]) => settingOf(name)).join(' and ')} would be ignored, because KAFKA_SSL is off`,
    'set KAFKA_SSL=true',
  );
}

function requireCertificateAndKey({ KAFKA_SSL_CERT: cert, KAFKA_SSL_KEY: key }: KafkaSettings): void {
  if ((cert === undefined) === (key === undefined)) return;
  throw wrongUse(
    cert === undefined
      ? 'KAFKA_SSL_KEY is set without KAFKA_SSL_CERT'
      : 'KAFKA_SSL_CERT is set without KAFKA_SSL_KEY',
    'set both KAFKA_SSL_CERT and KAFKA_SSL_KEY, or neither',
  );
}

/** Reports errors in the files now; OpenSSL would report them at the first connection. */
function requireValidPem(files: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  const options: Readonly<Record<string, string>> = Object.fromEntries(files);
  try {
    // createSecureContext ignores a CA file without a certificate.
    if (options['ca'] !== undefined) new X509Certificate(options['ca']);
    createSecureContext(options);
    return options;
  } catch (error) {
    throw wrongUse(
      `${files.map(([name]) => settingOf(name)).join(', ')}: ${reasonOf(error)}`,
      'use PEM files of a certificate and its key, without a passphrase',
    );
  }
}

/** OpenSSL's reason without its codes: `no start line` of `error:0480006C:PEM routines::no start line`. */
function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split(':').at(-1) ?? '';
}

function settingOf(name: string): string {
  return `KAFKA_SSL_${name.toUpperCase()}`;
}

function readPem(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw wrongUse(`${settingOf(name)}: cannot read ${path}`, 'use the path of a readable PEM file');
  }
}

function wrongUse(message: string, remedy: string): UserError {
  return new UserError(message, remedy, exitCode.usage);
}
