import {
  createWriter,
  type Database,
  hashRecord,
  readPauses,
  type SourceRecord,
  type Writer,
} from '@pipeline/db';
import { loadDefinition, loadEvents } from '@pipeline/definition';
import { openSource, redriveCountOf, type Skip, type TopicPartition } from '@pipeline/kafka';
import {
  createLogger,
  createProbes,
  type HttpServer,
  listen,
  openTraces,
  stopSignal,
} from '@pipeline/program';
import type { Logger, Settings } from '@pipeline/runtime';
import type { EventDefinition } from '@pipeline/schema';
import { acceptMove } from './connect/accept-cluster.ts';
import { openDatabase, openKafka } from './connect/connections.ts';
import type { Stages } from './consume.ts';
import { consumeTogether } from './consume-together.ts';
import { createConsumerProbes, createHealth, type Health } from './health.ts';
import { watchLag } from './lag.ts';
import { type ConsumerMetrics, createConsumerMetrics } from './metrics.ts';
import { createPauseWatch } from './pauses/watch-pauses.ts';
import { createRetryPolicy, explainDatabase, type RetryPolicy } from './retry-policy.ts';
import { type consumerSettings, probeAddress } from './settings.ts';
import { createShadow, type Shadow } from './shadow.ts';
import { createStages } from './stages.ts';
import { traceStages } from './traces/trace-stages.ts';

type ConsumerSettings = Settings<typeof consumerSettings>;

export interface RunOptions {
  readonly version: string;
  /** Drains to the current end offsets, then ends. */
  readonly once: boolean;
  /** Batches to skip if they are unreadable. */
  readonly skips?: readonly Skip[];
  /** The id of the Kafka cluster that the topics have moved to. */
  readonly acceptedCluster?: string | undefined;
  /** Wraps the stages: tests use it to crash between two of them. */
  readonly decorate?: (stages: Stages) => Stages;
}

/**
 * How long a stop waits for running batches; the rest is rolled back and re-read. Supervisors kill after 10
 * s, and on a busy machine a process takes a second to exit.
 */
const DRAIN_MS = 8_000;

/** Runs a consumer until a stop signal, or until the topic is drained with `once`. */
export async function runConsumer(settings: ConsumerSettings, options: RunOptions): Promise<void> {
  const { once, skips = [], decorate = (stages) => stages } = options;
  const stop = stopSignal(DRAIN_MS);
  const failure = new AbortController();
  const signal = AbortSignal.any([stop, failure.signal]);
  const logger = createLogger('consumer', settings);
  const definition = await loadDefinition(settings);
  const metrics = createConsumerMetrics(options.version, settings);
  const health = createHealth(logger, metrics, settings.DATABASE_STATEMENT_TIMEOUT_MS);
  const shadow = await openShadowIfSet(settings, metrics, logger);

  await using traces = await openTraces(settings, { name: 'consumer', version: options.version }, logger);
  await using database = openDatabase(settings);
  await using _probes = await serveProbes(settings, health, metrics, database, logger);
  const places = { kafka: settings.KAFKA_BROKERS.join(','), postgres: database.address };
  const retries = createRetryPolicy(places, health, signal);
  await using kafka = await openKafka(settings, logger, retries);
  const { admin, publisher } = kafka;
  const { KAFKA_TOPIC: topics } = settings;
  await acceptMove(options.acceptedCluster, { topics, admin, database, retries, logger });
  const pauses = createPauseWatch(() => readPauses(database, topics), metrics, logger);
  const writer = openWriter(database, retries, settings, definition);
  await using source = await openSource({
    ...{ settings, name: 'consumer', admin, logger, signal, once, skips },
    ...accountedBy(writer, metrics),
    readPauses: () => explainDatabase(retries.persist(pauses.read)),
    onRebalance: health.resumed,
    onRetry: retries.onKafkaRetry,
  });
  health.watch(source);
  using _pauses = pauses.watch(source);
  using _lag = watchLag(settings, source, admin, metrics, logger);

  const parts = { definition, settings, once, writer, publisher, retries, health, metrics, logger, shadow };
  const plain = createStages(parts);
  const stages = decorate(traces ? traceStages(plain, traces, settings) : plain);
  await consumeTogether(source, stages, settings.WRITERS, failure);
}

/** Positions come from the ledger, and go back in it when a log was truncated. */
function accountedBy(writer: Writer, metrics: ConsumerMetrics) {
  return {
    openLedger: (...opening: Parameters<Writer['open']>) => explainDatabase(writer.open(...opening)),
    truncation: {
      hashRecord,
      rewindLedger: (...move: Parameters<Writer['rewind']>) => explainDatabase(writer.rewind(...move)),
      onTruncation: ({ topic }: TopicPartition) => metrics.logTruncations.inc(metrics.labelsOf(topic)),
    },
  };
}

function openWriter(
  database: Database,
  { persist }: RetryPolicy,
  { CONFLICTING_EVENTS: conflicts, DATABASE_POOL_MODE, COPY_MIN_EVENTS }: ConsumerSettings,
  { envelope: { identity } }: EventDefinition,
): Writer {
  const countRedrives = ({ headers }: SourceRecord) => redriveCountOf(headers);
  // A pooler may lose its place when a COPY fails (docs/decisions/0001-one-message.md).
  const copyMinEvents = DATABASE_POOL_MODE === 'transaction' ? Number.POSITIVE_INFINITY : COPY_MIN_EVENTS;
  return createWriter(database, persist, { identity, conflicts, countRedrives, copyMinEvents });
}

async function openShadowIfSet(
  settings: ConsumerSettings,
  metrics: ConsumerMetrics,
  logger: Logger,
): Promise<Shadow | undefined> {
  const { SHADOW_SCHEMA: path, EVENT_MAX_BYTES: maxBytes, EVENT_MAX_DEPTH: maxDepth } = settings;
  if (path === undefined) return undefined;
  const events = await loadEvents('SHADOW_SCHEMA', path, settings);
  return createShadow(events, { maxBytes, maxDepth }, metrics, logger);
}

async function serveProbes(
  settings: ConsumerSettings,
  health: Health,
  metrics: ConsumerMetrics,
  database: Database,
  logger: Logger,
): Promise<HttpServer> {
  const { WRITE_FAILURE_LIMIT_MS: failureLimitMs } = settings;
  const probes = createProbes(createConsumerProbes(health, metrics, database, failureLimitMs));
  const server = await listen(probes, probeAddress(settings), logger);
  logger.info({ url: server.url }, 'listening for probes and metrics');
  return server;
}
