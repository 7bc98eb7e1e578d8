import { connectDatabase, type Database } from '@pipeline/db';
import {
  type ClusterAdmin,
  connectKafka,
  openAdmin,
  openPublisher,
  type Publisher,
  requireTopics,
} from '@pipeline/kafka';
import { exitCode, type Logger, type Settings, UserError } from '@pipeline/runtime';
import type { RetryPolicy } from './retry-policy.ts';
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
  throw new UserError(
    `KAFKA_TOPIC and KAFKA_DLQ_TOPIC are both ${KAFKA_TOPIC}`,
    'dead letters need a topic of their own',
    exitCode.usage,
  );
}

/**
 * Connects to Kafka, however long it is away.
 * @throws UserError when both topics are one, when that of events is missing, or for any lasting fault
 */
export async function openKafka(
  settings: ConsumerSettings,
  logger: Logger,
  { reachKafka }: RetryPolicy,
): Promise<KafkaConnections> {
  refuseLoop(settings);
  await using stack = new AsyncDisposableStack();
  const kafka = connectKafka(settings, 'consumer', logger);
  const admin = stack.use(await reachKafka(() => openAdmin(kafka)));
  await reachKafka(() => requireTopics(admin, [settings.KAFKA_TOPIC]));
  await reachKafka(() => warnOfMissing(admin, settings.KAFKA_DLQ_TOPIC, logger));
  const publisher = stack.use(await reachKafka(() => openPublisher(kafka)));
  const opened = stack.move();
  return { admin, publisher, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

/** Good events need no topic of dead letters. */
async function warnOfMissing(admin: ClusterAdmin, topic: string, logger: Logger): Promise<void> {
  const missing = await admin.missingTopics([topic]);
  if (missing.length === 0) return;
  logger.warn(
    `there is no topic ${topic}: the first dead letter will end this process; run "pnpm --filter infra provision"`,
  );
}
