import { connectDatabase, type Database } from '@pipeline/db';
import {
  type ClusterAdmin,
  connectKafka,
  openAdmin,
  openPublisher,
  type Publisher,
  requireTopics,
} from '@pipeline/kafka';
import { exitCode, Failure, type Logger, type Settings } from '@pipeline/runtime';
import type { Retries } from './retries.ts';
import type { consumerSettings } from './settings.ts';

type ConsumerSettings = Settings<typeof consumerSettings>;

/** A connection for each writer, and one for the probes. */
export function openDatabase(settings: ConsumerSettings): Database {
  return connectDatabase(settings, { applicationName: 'consumer', connections: settings.WRITERS + 1 });
}

/** What the consumer needs of Kafka besides its records. */
export interface KafkaConnections extends AsyncDisposable {
  readonly admin: ClusterAdmin;
  readonly publisher: Publisher;
}

/** Who reads what was set aside sets it aside again, for ever. */
function refuseLoop({ KAFKA_TOPIC, KAFKA_DLQ_TOPIC }: ConsumerSettings): void {
  if (KAFKA_TOPIC !== KAFKA_DLQ_TOPIC) return;
  throw new Failure(
    `KAFKA_TOPIC and KAFKA_DLQ_TOPIC are both ${KAFKA_TOPIC}`,
    'dead letters need a topic of their own',
    exitCode.usage,
  );
}

/**
 * Connects to Kafka, however long it is away.
 * @throws Failure when both topics are one, when a topic is missing, or for any lasting fault
 */
export async function openKafka(
  settings: ConsumerSettings,
  logger: Logger,
  { reachKafka }: Retries,
): Promise<KafkaConnections> {
  refuseLoop(settings);
  await using stack = new AsyncDisposableStack();
  const kafka = connectKafka(settings, 'consumer', logger);
  const admin = stack.use(await reachKafka(() => openAdmin(kafka)));
  await reachKafka(() => requireTopics(admin, [settings.KAFKA_TOPIC, settings.KAFKA_DLQ_TOPIC]));
  const publisher = stack.use(await reachKafka(() => openPublisher(kafka)));
  const opened = stack.move();
  return { admin, publisher, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
