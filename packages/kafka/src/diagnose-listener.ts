import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import { UserError } from '@pipeline/runtime';
import kafkajs, { type KafkaConfig, type Mechanism } from 'kafkajs';
import { kafkaErrorType } from './errors.ts';

/**
 * Why Kafka hangs up on a client: it speaks TLS where the listener does not, or the reverse, or does not log in where it
 * must. Nobody says so: a broker cannot read such a client, and closes the connection. So ask in the other way, without
 * a password, and without sending anything but the question for the versions of Kafka's API.
 * @returns undefined where that is not the reason
 */
export async function diagnoseListener(config: KafkaConfig): Promise<UserError | undefined> {
  const brokers = config.brokers as string[];
  const at = `Kafka: ${brokers.join(',')}`;
  if (config.ssl) {
    if (await answers(withoutSecrets(config)))
      return new UserError(
        `${at} speaks no TLS`,
        'name its TLS listener in KAFKA_BROKERS, or set KAFKA_SSL=false',
      );
  } else if (await speaksTls(brokers)) {
    return new UserError(
      `${at} speaks TLS`,
      'set KAFKA_SSL=true, or name a listener without TLS in KAFKA_BROKERS',
    );
  }
  if (config.sasl || !(await asksForLogin(config))) return undefined;
  return new UserError(
    `${at} asks for a login`,
    'set KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD',
  );
}

function withoutSecrets({ sasl: _login, ssl: _certificates, ...config }: KafkaConfig): KafkaConfig {
  return config;
}

/** Connects as configured, once. @throws what kafkajs throws */
async function greet(config: KafkaConfig): Promise<void> {
  const admin = new kafkajs.Kafka({ ...config, retry: { retries: 0 } }).admin();
  await admin.connect();
  await admin.disconnect();
}

async function answers(config: KafkaConfig): Promise<boolean> {
  return await greet(config).then(
    () => true,
    () => false,
  );
}

/** Proposes a way to log in that nobody has. */
const nobodysLogin: Mechanism = {
  mechanism: 'none',
  authenticationProvider: () => ({ authenticate: async () => {} }),
};

async function asksForLogin(config: KafkaConfig): Promise<boolean> {
  const said = await greet({ ...config, sasl: nobodysLogin }).catch(kafkaErrorType);
  return said === 'UNSUPPORTED_SASL_MECHANISM';
}

async function speaksTls(brokers: readonly string[]): Promise<boolean> {
  const answers = await Promise.all(brokers.map(completesHandshake));
  return answers.includes(true);
}

const ANSWER_MS = 5_000;

/** Trusts whatever certificate it is shown, for it says nothing. */
async function completesHandshake(broker: string): Promise<boolean> {
  const { hostname, port } = new URL(`kafka://${broker}`);
  const host = hostname.replace(/^\[|\]$/g, '');
  const socket = connectTls({ host, port: Number(port), rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(ANSWER_MS) });
    return true;
  } catch {
    return false;
  } finally {
    socket.on('error', () => {}).destroy();
  }
}
