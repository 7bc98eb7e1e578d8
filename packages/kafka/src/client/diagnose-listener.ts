import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import { UserError } from '@pipeline/runtime';
import kafkajs, { type KafkaConfig, type Mechanism } from 'kafkajs';
import { kafkaErrorType } from './errors.ts';

/**
 * Finds out why brokers close the connection without a response. The causes are TLS on only one side, or a
 * client without SASL. Probes the listener with the other protocol, without credentials or records.
 * @returns undefined if the settings match the listener
 */
export async function diagnoseListener(config: KafkaConfig): Promise<UserError | undefined> {
  const brokers = config.brokers as string[];
  const at = `Kafka: ${brokers.join(',')}`;
  if (config.ssl) {
    if (await answers(withoutSecrets(config)))
      return new UserError(
        `${at} does not use TLS`,
        'set KAFKA_BROKERS to its TLS listener, or set KAFKA_SSL=false',
      );
  } else if (await speaksTls(brokers)) {
    return new UserError(
      `${at} requires TLS`,
      'set KAFKA_SSL=true, or set KAFKA_BROKERS to a listener without TLS',
    );
  }
  if (config.sasl || !(await requiresSasl(config))) return undefined;
  return new UserError(
    `${at} requires SASL authentication`,
    'set KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD',
  );
}

function withoutSecrets({ sasl: _login, ssl: _certificates, ...config }: KafkaConfig): KafkaConfig {
  return config;
}

/** Connects once, without retries. @throws kafkajs's error */
async function probe(config: KafkaConfig): Promise<void> {
  const admin = new kafkajs.Kafka({ ...config, retry: { retries: 0 } }).admin();
  await admin.connect();
  await admin.disconnect();
}

async function answers(config: KafkaConfig): Promise<boolean> {
  return await probe(config).then(
    () => true,
    () => false,
  );
}

/** A mechanism that no broker supports: a SASL listener rejects it before any credentials are sent. */
const unsupported: Mechanism = {
  mechanism: 'none',
  authenticationProvider: () => ({ authenticate: async () => {} }),
};

async function requiresSasl(config: KafkaConfig): Promise<boolean> {
  const error = await probe({ ...config, sasl: unsupported }).catch(kafkaErrorType);
  return error === 'UNSUPPORTED_SASL_MECHANISM';
}

async function speaksTls(brokers: readonly string[]): Promise<boolean> {
  const answers = await Promise.all(brokers.map(completesHandshake));
  return answers.includes(true);
}

const HANDSHAKE_TIMEOUT_MS = 5_000;

/** Accepts any certificate, because it sends no data. */
async function completesHandshake(broker: string): Promise<boolean> {
  const { hostname, port } = new URL(`kafka://${broker}`);
  const host = hostname.replace(/^\[|\]$/g, '');
  const socket = connectTls({ host, port: Number(port), rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(HANDSHAKE_TIMEOUT_MS) });
    return true;
  } catch {
    return false;
  } finally {
    socket.on('error', () => {}).destroy();
  }
}
