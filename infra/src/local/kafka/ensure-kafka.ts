import type { KafkaSettings } from '@pipeline/kafka';
import { UserError } from '@pipeline/runtime';
import {
  acceptsConnections,
  dockerAnswers,
  type Endpoint,
  formatEndpoint,
  hasKafkaJars,
  type KafkaServerOptions,
  kafkaVersion,
  parseEndpoint,
  printLine,
  speaksKafka,
  startKafkaServer,
} from '@pipeline/servers';
import type { AvailableServer, OwnServer } from '../available.ts';
import { requireProtocol, requireThisMachine } from '../require-address.ts';
import { missingTools } from './java.ts';
import { kafkaImage, kafkaVolume, startKafkaContainer } from './kafka-container.ts';

/**
 * Makes sure that Kafka runs at the configured address: uses a running one, or else starts one with its
 * files in a folder, as a process or, without Java or Maven, in a container.
 * @throws UserError if the address belongs to another machine or another program, or nothing can be started
 */
export async function ensureKafka(
  settings: KafkaSettings,
  options: Required<Pick<KafkaServerOptions, 'folder' | 'report' | 'signal'>>,
): Promise<AvailableServer> {
  const brokers = settings.KAFKA_BROKERS.map(parseEndpoint);
  const answering = await findAnswering(brokers);
  if (answering) return await useKafka(settings, answering);
  const endpoint = brokers[0] ?? parseEndpoint('127.0.0.1:9092');
  requireThisMachine('Kafka', endpoint, 'KAFKA_BROKERS');
  requirePlainText(settings);
  const own = await startKafka({ ...options, endpoint });
  return { address: formatEndpoint(endpoint), version: kafkaVersion, own };
}

async function startKafka(options: KafkaServerOptions): Promise<OwnServer> {
  const { folder, report = printLine } = options;
  const missing = await missingTools({ isFetched: hasKafkaJars() });
  if (missing.length === 0) return { folder, process: await startKafkaServer(options) };
  await requireDocker(missing.join(' and '));
  report(`without ${missing.join(' and ')}, Kafka runs in a container (${kafkaImage})`);
  return { folder, volume: kafkaVolume(folder), process: await startKafkaContainer(options) };
}

async function requireDocker(missing: string): Promise<void> {
  if (await dockerAnswers()) return;
  throw new UserError(
    `Kafka is unreachable; starting one needs ${missing}, or a running Docker engine`,
    'install what is missing (Debian: apt-get install openjdk-17-jre-headless maven), or start Docker',
  );
}

async function findAnswering(brokers: readonly Endpoint[]): Promise<Endpoint | undefined> {
  const answers = await Promise.all(brokers.map(acceptsConnections));
  return brokers[answers.indexOf(true)];
}

/** With TLS, only a client with the right certificates could check the protocol. */
async function useKafka(settings: KafkaSettings, endpoint: Endpoint): Promise<AvailableServer> {
  if (!settings.KAFKA_SSL) await requireProtocol('Kafka', endpoint, 'KAFKA_BROKERS', speaksKafka);
  return { address: formatEndpoint(endpoint), version: '', own: undefined };
}

function requirePlainText(settings: KafkaSettings): void {
  if (!settings.KAFKA_SSL && settings.KAFKA_SASL_MECHANISM === undefined) return;
  throw new UserError(
    'Kafka is unreachable, and a local one supports neither TLS nor SASL',
    'unset KAFKA_SSL and KAFKA_SASL_MECHANISM, or start the Kafka that KAFKA_BROKERS names',
  );
}
