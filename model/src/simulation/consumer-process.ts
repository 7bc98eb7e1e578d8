import { hashRecord } from '@pipeline/db';
import {
  InsertForms,
  LedgerMissingError,
  LedgerWriter,
  type Statements,
  UnseenDuplicateError,
} from '@pipeline/db/write';
import { type Publisher, redriveCountOf, type SourceOptions } from '@pipeline/kafka';
import { BatchSource } from '@pipeline/kafka/consume';
import { type Logger, readSettings, UserError } from '@pipeline/runtime';
import { consumeTogether } from 'consumer/consume-together';
import { createHealth } from 'consumer/health';
import { createConsumerMetrics } from 'consumer/metrics';
import { createRetryPolicy, explainDatabase } from 'consumer/retry-policy';
import { consumerSettings } from 'consumer/settings';
import { createStages } from 'consumer/stages';
import { SimulatedConsumer, simulatedKafka } from './consumer.ts';
import { kafkaError } from './network.ts';
import type { SimulatedProcess, World } from './world.ts';

const settings = {
  ...readSettings(consumerSettings, {}),
  WRITERS: 2,
  BATCH_MAX_EVENTS: 6,
  BUFFER_MAX_BYTES: 8_000,
  DLQ_LIMIT_RATIO: 0,
};
const places = { kafka: 'kafka', postgres: 'postgres' };
const metrics = createConsumerMetrics('simulated', settings);

/** What `runConsumer` does, without probes, signals and lag. */
export async function runConsumer(world: World, host: SimulatedProcess, stop: AbortSignal): Promise<void> {
  const logger = loggerOf(world, host);
  const failure = new AbortController();
  const signal = AbortSignal.any([stop, failure.signal]);
  const health = createHealth(logger, metrics);
  const retries = createRetryPolicy(places, health, signal);
  const redrives = ({ headers }: Parameters<ConstructorParameters<typeof LedgerWriter>[2]>[0]) =>
    redriveCountOf(headers);
  const writer = new LedgerWriter(statementsOf(world, host), retries.persist, redrives, new InsertForms(2));
  const source = openSource(world, host, writer, { logger, signal, retries });
  await using _source = source;
  await source.start();
  const publisher = publisherOf(world, host);
  const parts = { settings, once: false, writer, publisher, retries, health, metrics, logger };
  const stages = createStages({ ...parts, shadow: undefined });
  await consumeTogether(source, stages, settings.WRITERS, failure);
}

function openSource(
  world: World,
  host: SimulatedProcess,
  writer: LedgerWriter,
  {
    logger,
    signal,
    retries,
  }: Pick<ConstructorParameters<typeof BatchSource>[0], 'logger' | 'signal'> & {
    readonly retries: ReturnType<typeof createRetryPolicy>;
  },
): BatchSource {
  const { clock, network, cluster } = world;
  return new BatchSource(
    {
      settings,
      name: host.name,
      admin: adminOf(world, host),
      logger,
      signal,
      once: false,
      openLedger: (partition, logStart) => explainDatabase(writer.open(partition, logStart)),
      truncation: {
        hashRecord,
        rewindLedger: (...move) => explainDatabase(writer.rewind(...move)),
        onTruncation: () => world.count('truncations found'),
      },
      onRebalance: () => world.count('rebalances'),
      onRetry: retries.onKafkaRetry,
    },
    () => simulatedKafka(() => new SimulatedConsumer(clock, network, cluster, host)),
  );
}

function loggerOf(world: World, host: SimulatedProcess): Logger {
  const log = (fields: object | string, message?: string) =>
    world.trace(() => `${host.name}: ${message ?? fields} ${message ? JSON.stringify(fields) : ''}`);
  return { trace: () => {}, debug: log, info: log, warn: log, error: log };
}

/** The statements, each a request to the database. */
function statementsOf(world: World, host: SimulatedProcess): Statements {
  const { network, database } = world;
  const run = <Value>(statement: () => Value) => network.call(host, 'postgres', statement);
  return {
    open: (partition, startOffset) =>
      run(() => {
        const opened = database.open(partition, startOffset);
        if (opened === undefined) throw new UserError('topics of this name are written in turn', '');
        return opened;
      }),
    rewind: (partition, rewind) => run(() => database.rewind(partition, rewind)),
    write: (batch, expected, form, tail) =>
      run(() => {
        if (form !== 'plain' && form !== 'copy' && world.missesDuplicate())
          throw new UnseenDuplicateError('unseen');
        const result = database.write(batch, expected, form, tail);
        if (result === undefined) throw new LedgerMissingError(batch);
        return result;
      }),
    findDeadLettered: (batch) => run(() => database.findDeadLettered(batch)),
    findInvalidRows: (rows) => run(() => database.findInvalidRows(rows)),
    findConflicts: (rows) => run(() => database.findConflicts(rows)),
  };
}

function adminOf({ network, cluster }: World, host: SimulatedProcess): SourceOptions['admin'] {
  const ask = <Value>(request: () => Value) => network.call(host, 'kafka', request);
  return {
    clusterId: async () => 'simulated',
    async fetchOffsets() {
      const topicId = await ask(() => cluster.topicUuid);
      return await ask(() => cluster.offsets(topicId));
    },
    fetchEpochEnd: ({ partition }, epoch) => ask(() => cluster.partition(partition).log.endOfEpoch(epoch)),
    fetchRecord: ({ partition }, offset) =>
      ask(() => {
        const { log } = cluster.partition(partition);
        if (offset < log.start || offset >= log.end) throw kafkaError('OFFSET_OUT_OF_RANGE');
        return log.entries[Number(offset)]?.record;
      }),
  };
}

function publisherOf({ network, cluster }: World, host: SimulatedProcess): Publisher {
  return {
    publish: (_topic, records) => network.call(host, 'dlq', () => cluster.publish(records)),
    publishOne: () => Promise.reject(new Error('not simulated')),
    [Symbol.asyncDispose]: async () => {},
  };
}
