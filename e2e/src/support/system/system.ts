import { connectDatabase, type Database, databaseSettings, migrate } from '@pipeline/db';
import { connectKafka, kafkaSettings, openAdmin } from '@pipeline/kafka';
import { readSettings } from '@pipeline/runtime';
import { findFreePort } from '@pipeline/servers';
import {
  type PrivateCluster,
  type PrivateServer,
  startPrivateCluster,
  startPrivateKafka,
  startPrivatePostgres,
} from '@pipeline/testing';
import { CANARY, PLANNED_MAX_BYTES } from '../data/plan.ts';
import { createRandom } from '../data/random.ts';
import type { Environment } from '../programs/programs.ts';
import { openPipeline, type Pipeline } from '../servers/pipeline.ts';
import { startProxy, type TcpProxy } from '../servers/proxy.ts';
import { createEveryRollup } from '../servers/test-rollups.ts';
import { type Fleet, startFleet } from './fleet.ts';
import { type Load, startLoad } from './load.ts';
import { startWatch, type Watch } from './watch.ts';

/** A pipeline under load, with a private Postgres and consumers into which faults can be injected. */
export interface System extends AsyncDisposable {
  readonly pipeline: Pipeline;
  readonly postgres: PrivateServer;
  /** Between the consumers and Postgres. */
  readonly postgresProxy: TcpProxy;
  /** Superuser connections for operator actions: direct, with a timeout of 10 minutes. */
  readonly operator: Database;
  /** Direct URL for the role of the consumers. */
  readonly writerUrl: string;
  readonly fleet: Fleet;
  readonly load: Load;
  readonly watch: Watch;
  /** Numbers in [0, 1), determined by the seed. */
  readonly random: () => number;
  /** Positions of invalid records that the dead-letter topic may lack: it was deleted after they had left the topic. */
  readonly unpublished: Set<number>;
}

/** A system with a private Kafka, into which faults can be injected too. */
export interface KafkaSystem extends System {
  readonly kafka: PrivateServer;
  /** Between Kafka and all its clients. */
  readonly kafkaProxy: TcpProxy;
}

/** A system with a private Kafka cluster. */
export interface ClusterSystem extends System {
  readonly cluster: PrivateCluster;
}

export interface SystemOptions {
  readonly seed: number;
  /** Records per second; defaults to 400. */
  readonly rate?: number;
  /** Number of consumers; defaults to 2. */
  readonly size?: number;
  /** Additional settings of the consumers. */
  readonly environment?: Environment;
  /** Creates the topic and its dead-letter topic; defaults to `createTopics`. */
  readonly provision?: (brokers: string, topic: string) => Promise<void>;
}

/** Starts a system on a shared Kafka, with its own topics. */
export async function startSystem(brokers: string, options: SystemOptions): Promise<System> {
  await using stack = new AsyncDisposableStack();
  const system = await assemble(brokers, options, stack);
  return withDisposal(system, stack.move());
}

/** Starts a system with a private Kafka behind a proxy. */
export async function startKafkaSystem(options: SystemOptions): Promise<KafkaSystem> {
  await using stack = new AsyncDisposableStack();
  const port = await findFreePort();
  const kafkaProxy = stack.use(await startProxy(port));
  const advertised = { host: '127.0.0.1', port: kafkaProxy.port };
  const kafka = stack.use(await startPrivateKafka({ endpoint: { host: '127.0.0.1', port }, advertised }));
  const system = await assemble(`127.0.0.1:${kafkaProxy.port}`, options, stack);
  return withDisposal({ ...system, kafka, kafkaProxy }, stack.move());
}

/** Starts a system with three brokers; two of them must acknowledge each record. */
export async function startClusterSystem(options: SystemOptions): Promise<ClusterSystem> {
  await using stack = new AsyncDisposableStack();
  const cluster = stack.use(await startPrivateCluster(3));
  const system = await assemble(cluster.address, options, stack);
  return withDisposal({ ...system, cluster }, stack.move());
}

function withDisposal<Parts extends object>(
  parts: Parts,
  stack: AsyncDisposableStack,
): Parts & AsyncDisposable {
  return { ...parts, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

type Assembled = Omit<System, typeof Symbol.asyncDispose>;

async function assemble(
  brokers: string,
  { seed, rate = 400, size = 2, environment = {}, provision = createTopics }: SystemOptions,
  stack: AsyncDisposableStack,
): Promise<Assembled> {
  const postgres = stack.use(await startPrivatePostgres());
  const postgresPort = Number(new URL(postgres.address).port);
  const postgresProxy = stack.use(await startProxy(postgresPort));
  await migrate(readSettings(databaseSettings, { DATABASE_URL: postgres.address }));
  await createEveryRollup(postgres.address);
  const operator = stack.use(connectAs('operator', postgres.address, '600000'));
  await createWriterRole(operator);
  await forbidParallelQueries(operator);

  const topic = `events-${seed}-${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
  await provision(brokers, topic);
  const pipeline = stack.use(
    await openPipeline({ brokers, databaseUrl: postgres.address }, topic, `${topic}-dlq`),
  );
  const settings = {
    ...pipeline.environment,
    DATABASE_URL: writerUrlAt(postgresProxy.port),
    EVENT_MAX_BYTES: String(PLANNED_MAX_BYTES),
    // Single events are statements, batches of several are messages.
    COPY_MIN_EVENTS: '2',
    ...environment,
  };
  const fleet = stack.use(await startFleet(settings, size));
  const load = startLoad({ seed, rate, publish: pipeline.publish });
  stack.defer(load.stop);
  const watcher = stack.use(connectAs('watch', postgres.address, RECOUNT_MS, BRIEF_LOCK_MS));
  const watch = startWatch({ database: watcher, topic, offsets: pipeline.offsets, fleet });
  stack.defer(watch.stop);
  const writerUrl = writerUrlAt(postgresPort);
  const random = createRandom(seed);
  const unpublished = new Set<number>();
  return { pipeline, postgres, postgresProxy, operator, writerUrl, fleet, load, watch, random, unpublished };
}

/** A recount of a million rows takes seconds on a busy machine. */
const RECOUNT_MS = '20000';
/** A recount that waited for a fault's lock would delay the next one like a slow one. */
const BRIEF_LOCK_MS = '500';

function connectAs(applicationName: string, url: string, timeoutMs: string, lockMs = timeoutMs): Database {
  const settings = readSettings(databaseSettings, {
    DATABASE_URL: url,
    DATABASE_STATEMENT_TIMEOUT_MS: timeoutMs,
    DATABASE_LOCK_TIMEOUT_MS: lockMs,
  });
  return connectDatabase(settings, { applicationName, connections: 3 });
}

const PASSWORD = `${CANARY}-password`;

function writerUrlAt(port: number): string {
  return `postgres://writer:${PASSWORD}@127.0.0.1:${port}/app`;
}

/** Creates the role of the consumers: only the rights they need, and a password that must never be logged. */
async function createWriterRole(operator: Database): Promise<void> {
  await operator.run((sql) =>
    sql.unsafe(`create role writer login password '${PASSWORD}' in role pipeline_writer`),
  );
}

/** Recounts may use one core, so that they leave the others to the system. */
async function forbidParallelQueries(operator: Database): Promise<void> {
  await operator.run((sql) => sql`alter role current_user set max_parallel_workers_per_gather = 0`);
}

/** Creates a topic and its dead-letter topic. */
export async function createTopics(brokers: string, topic: string): Promise<void> {
  const names = { KAFKA_BROKERS: brokers, KAFKA_TOPIC: topic, KAFKA_DLQ_TOPIC: `${topic}-dlq` };
  const settings = readSettings(kafkaSettings, names);
  await using admin = await openAdmin(connectKafka(settings, 'e2e'));
  await admin.provisionTopics(settings);
}
