import { connectDatabase, createWriter, explainFault, isPassingFault, type Persist } from '@pipeline/db';
import {
  connectKafka,
  explainKafkaFault,
  isPassingKafkaFault,
  openAdmin,
  openPublisher,
  openSource,
  requireTopics,
  type Skip,
  type Source,
} from '@pipeline/kafka';
import {
  createLogger,
  createMetrics,
  createProbes,
  exitAfter,
  listen,
  retryForever,
  type Settings,
  stopSignal,
} from '@pipeline/runtime';
import { decodeEvent } from '@pipeline/schema';
import { createAdmission } from './admission.ts';
import { consume, type Path } from './consume.ts';
import { createDeadLetterStep } from './dead-letter.ts';
import { createConsumerProbes, createHealth } from './health.ts';
import { createObserver } from './observe.ts';
import { type consumerSettings, USUAL_METRICS_PORT } from './settings.ts';
import { triage } from './triage.ts';

export interface RunOptions {
  readonly version: string;
  /** Ends at the offsets where the partitions end now. */
  readonly once: boolean;
  /** Batches to pass over should they be unreadable. */
  readonly skips?: readonly Skip[];
  /** Changes the steps of the path: how tests make a process fail between two of them. */
  readonly decorate?: (path: Path) => Path;
}

/** A stop waits this long for the batches under way; what is not done by then is rolled back and read again. */
const DRAIN_MS = 9_000;

/** Runs a consumer until it is told to stop, or has drained the topic once. */
export async function runConsumer(
  settings: Settings<typeof consumerSettings>,
  options: RunOptions,
): Promise<void> {
  const signal = stopSignal();
  exitAfter(signal, DRAIN_MS);
  const logger = createLogger('consumer', settings);
  const metrics = createMetrics(options.version);
  let source: Source | undefined;
  const health = createHealth(logger, metrics, () => (source?.batchesOut ?? 0) > 0);

  await using database = connectDatabase(settings, {
    applicationName: 'consumer',
    connections: settings.WRITERS + 1,
  });
  const probes = createConsumerProbes(health, metrics, database, () => source?.joined ?? false);
  const address = {
    host: settings.HTTP_HOST,
    port: settings.METRICS_PORT,
    usualPort: USUAL_METRICS_PORT,
    portSetting: 'METRICS_PORT',
  };
  await using server = await listen(createProbes(probes), address, logger);
  logger.info({ url: server.url }, 'probes and metrics');

  const waitsForKafka = {
    isPassing: isPassingKafkaFault,
    onRetry: health.retrying(`Kafka at ${settings.KAFKA_BROKERS.join(',')}`),
    signal,
  };
  const waitsForPostgres = {
    isPassing: isPassingFault,
    onRetry: health.retrying(`Postgres at ${database.address}`),
    signal,
  };
  const reach = <Value>(operation: () => Promise<Value>) =>
    retryForever(operation, waitsForKafka).catch(throwAs(explainKafkaFault));
  const persist: Persist = (statement) => retryForever(statement, waitsForPostgres);

  const kafka = connectKafka(settings, 'consumer', logger);
  await using admin = await reach(() => openAdmin(kafka));
  await reach(() => requireTopics(admin, [settings.KAFKA_TOPIC, settings.KAFKA_DLQ_TOPIC]));
  await using publisher = await reach(() => openPublisher(kafka));
  const writer = createWriter(database, persist);
  await using opened = await openSource({
    kafkaSettings: settings,
    groupSettings: settings,
    name: 'consumer',
    admin,
    logger,
    signal,
    once: options.once,
    skips: options.skips ?? [],
    openLedger: ({ topic, partition }, logStart) =>
      writer.open(topic, partition, logStart).catch(throwAs(explainFault)),
    onShared: health.resumed,
    onRetry: waitsForKafka.onRetry,
  });
  source = opened;

  const limits = { maxBytes: settings.EVENT_MAX_BYTES, maxDepth: settings.EVENT_MAX_DEPTH };
  const observe = createObserver(metrics, logger);
  const path: Path = {
    triage: (batch) => triage(batch, (bytes) => decodeEvent(bytes, limits)),
    admit: createAdmission(
      { ratio: settings.DLQ_LIMIT_RATIO, window: settings.DLQ_LIMIT_WINDOW },
      health,
      options.once,
    ),
    write: (batch) => writer.write(batch).catch(throwAs(explainFault)),
    deadLetter: createDeadLetterStep(publisher, {
      ...waitsForKafka,
      topic: settings.KAFKA_DLQ_TOPIC,
      groupId: settings.KAFKA_GROUP_ID,
      maxBytes: settings.DLQ_RECORD_MAX_BYTES,
    }),
    observe: (batch, written, startedAt) => {
      health.progressed();
      observe(batch, written, startedAt);
    },
  };
  const decorated = options.decorate?.(path) ?? path;
  const loops = Array.from({ length: settings.WRITERS }, () => consume(opened.batches(), decorated));
  await Promise.all(loops);
}

/** Turns an error into what a user can act on. */
function throwAs(explain: (error: unknown) => unknown): (error: unknown) => never {
  return (error) => {
    throw explain(error);
  };
}
