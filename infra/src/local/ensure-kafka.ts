import type { KafkaSettings } from '@pipeline/kafka';
import { UserError } from '@pipeline/runtime';
import type { AvailableServer } from './available.ts';
import { acceptsConnections, type Endpoint, formatEndpoint, parseEndpoint } from './endpoint.ts';
import { requireJava } from './java.ts';
import { hasKafkaJars, kafkaVersion } from './kafka-jars.ts';
import { startKafkaServer } from './kafka-server.ts';
import { speaksKafka } from './protocol.ts';
import { requireProtocol, requireThisMachine } from './require-address.ts';

/**
 * Makes sure that Kafka answers where the settings say: uses what is there, else starts one in a folder.
 * @throws UserError when the address is another machine's, is held by something else, or nothing can be started
 */
export async function ensureKafka(
  settings: KafkaSettings,
  folder: string,
  signal: AbortSignal,
): Promise<AvailableServer> {
  const brokers = settings.KAFKA_BROKERS.map(parseEndpoint);
  const answering = await findAnswering(brokers);
  if (answering) return await useKafka(settings, answering);
  const endpoint = brokers[0] ?? parseEndpoint('127.0.0.1:9092');
  requireThisMachine('Kafka', endpoint, 'KAFKA_BROKERS');
  requirePlainText(settings);
  await requireJava({ isFetched: hasKafkaJars() });
  const process = await startKafkaServer({ endpoint, folder, signal });
  return { address: formatEndpoint(endpoint), version: kafkaVersion, own: { folder, process } };
}

async function findAnswering(brokers: readonly Endpoint[]): Promise<Endpoint | undefined> {
  const answers = await Promise.all(brokers.map(acceptsConnections));
  return brokers[answers.indexOf(true)];
}

/** Behind TLS nobody but a client with the right certificates can tell what it is. */
async function useKafka(settings: KafkaSettings, endpoint: Endpoint): Promise<AvailableServer> {
  if (!settings.KAFKA_SSL) await requireProtocol('Kafka', endpoint, 'KAFKA_BROKERS', speaksKafka);
  return { address: formatEndpoint(endpoint), version: '', own: undefined };
}

function requirePlainText(settings: KafkaSettings): void {
  if (!settings.KAFKA_SSL && settings.KAFKA_SASL_MECHANISM === undefined) return;
  throw new UserError(
    'no Kafka answers, and a local one knows neither TLS nor logins',
    'unset KAFKA_SSL and KAFKA_SASL_MECHANISM, or start the Kafka that KAFKA_BROKERS names',
  );
}
