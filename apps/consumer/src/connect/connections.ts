import { connectDatabase, type Database } from '@pipeline/db';
import {
  type ClusterAdmin,
  connectKafka,
  openAdmin,
  openPublisher,
  type Publisher,
  requireOwnDeadLetterTopic,
  requireTopics,
} from '@pipeline/kafka';
import { errorLine } from '@pipeline/program';
import { exitCode, type Logger, type Settings, UserError } from '@pipeline/runtime';
import type { RetryPolicy } from '../retry-policy.ts';
import type { consumerSettings } from '../settings.ts';

type ConsumerSettings = Settings<typeof consumerSettings>;

/**
 * A connection per writer, and one for the probes. The first is opened at once, while the program connects to Kafka; if
 * that fails, the first statement reports it.
 */
export function openDatabase(settings: ConsumerSettings): Database {
  const options = { applicationName: 'consumer', connections: settings.WRITERS + 1 };
  const database = connectDatabase(settings, options);
  database.run((sql) => sql`select`).catch(() => {});
  return database;
}

/** The consumer's Kafka clients other than its source. */
export interface KafkaConnections extends AsyncDisposable {
  readonly admin: ClusterAdmin;
  readonly publisher: Publisher;
}

/**
 * Connects to Kafka, and waits for it.
 * @throws UserError if the dead-letter topic is one of the events topics, if one of these is missing, or for a
 * permanent error
 */
export async function openKafka(
  settings: ConsumerSettings,
  logger: Logger,
  { reachKafka }: RetryPolicy,
): Promise<KafkaConnections> {
  requireOwnDeadLetterTopic(settings);
  await using stack = new AsyncDisposableStack();
  const kafka = connectKafka(settings, 'consumer', logger);
  const admin = stack.use(await reachKafka(() => openAdmin(kafka)));
  const opening = reachKafka(() => openPublisher(kafka));
  stack.defer(async () => (await opening)[Symbol.asyncDispose]());
  const [publisher] = await Promise.all([
    opening,
    reachKafka(() => requireTopics(admin, settings.KAFKA_TOPIC)),
    reachKafka(() => warnOfMissing(admin, settings.KAFKA_DLQ_TOPIC, logger)),
  ]);
  const opened = stack.move();
  return { admin, publisher, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

/** Only a warning, because valid events do not need the dead-letter topic. */
async function warnOfMissing(admin: ClusterAdmin, topic: string, logger: Logger): Promise<void> {
  const missing = await admin.missingTopics([topic]);
  if (missing.length === 0) return;
  const problem = `there is no topic ${topic}: the first dead letter will end this process`;
  logger.warn(errorLine(new UserError(problem, 'create it', exitCode.failed, { name: 'create-topics' })));
}
