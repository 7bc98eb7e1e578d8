import { type Database, describeError } from '@pipeline/db';
import type { Source } from '@pipeline/kafka';
import type { Probes } from '@pipeline/program';
import { type Logger, type SystemErrors, withDeadline } from '@pipeline/runtime';
import { FailingWrites } from './failing-writes.ts';
import type { ConsumerMetrics } from './metrics.ts';

/** Without a finished statement or batch or a retry for this long, the process counts as stuck. */
const STUCK_MS = 120_000;
/** Time of an attempt besides its statements. */
const SLACK_MS = 60_000;
/** A group member counts as stuck without a fetch or heartbeat for this long. */
const SILENT_MS = 90_000;
const PING_MS = 2_000;

/** The health of the process, for its probes and its log. */
export interface Health {
  /** Records progress: a statement or a batch is done, or a retry has begun. */
  progressed(): void;
  /** Returns a callback for retries of a system, such as `Postgres at 127.0.0.1:5432`. */
  retrying(system: string, errors: SystemErrors): (error: unknown) => void;
  readonly failingWrites: FailingWrites;
  /** Records that a partition, `TOPIC/PARTITION`, is paused, until `resumed`. */
  paused(partition: string, reason: string): void;
  resumed(): void;
  /** The paused partitions with their reasons. */
  readonly pauses: readonly string[];
  /** Includes the source's group member and its batches from now on. */
  watch(source: WatchedSource): void;
  /** Whether the process is a member of the group. */
  readonly joined: boolean;
  /** Why the process makes no progress, or undefined. */
  stuck(): string | undefined;
}

type WatchedSource = Pick<Source, 'joined' | 'batchesInFlight' | 'silentMs'>;

/** @param statementTimeoutMs two statements of an attempt to write may take as long; others fail early, on a duplicate */
export function createHealth(logger: Logger, metrics: ConsumerMetrics, statementTimeoutMs = 0): Health {
  const stuckMs = Math.max(STUCK_MS, 2 * statementTimeoutMs + SLACK_MS);
  let source: WatchedSource | undefined;
  const pauses = new Map<string, string>();
  let lastProgress = performance.now();
  const progressed = () => {
    lastProgress = performance.now();
  };
  return {
    progressed,
    failingWrites: new FailingWrites(),
    retrying: (system, errors) => (error) => {
      progressed();
      const cause = causeOf(error);
      metrics.retries.inc({ ...metrics.allTopics, cause });
      logger.warn({ cause }, `waiting for ${system}: ${errors.describeError(error)}`);
    },
    paused: (partition, reason) => {
      pauses.set(partition, reason);
      const [topic, number] = partition.split('/');
      setPaused(metrics, partition, 1);
      logger.error({ topic, partition: Number(number) }, `${partition} is paused: ${reason}`);
    },
    resumed: () => {
      for (const partition of pauses.keys()) setPaused(metrics, partition, 0);
      pauses.clear();
    },
    get pauses() {
      return [...pauses].map(([partition, reason]) => `${partition} is paused: ${reason}`);
    },
    watch: (watched) => {
      source = watched;
    },
    get joined() {
      return source?.joined ?? false;
    },
    stuck() {
      if (source === undefined) return undefined;
      const idleMs = performance.now() - lastProgress;
      if (source.batchesInFlight > 0 && idleMs > stuckMs)
        return `no progress for ${Math.round(idleMs / 1_000)} s`;
      return whySilent(source);
    },
  };
}

function setPaused(metrics: ConsumerMetrics, partition: string, value: 0 | 1): void {
  const [topic = ''] = partition.split('/');
  metrics.paused.set(metrics.labelsOf(topic), value);
}

function whySilent({ joined, silentMs }: WatchedSource): string | undefined {
  if (!joined || silentMs < SILENT_MS) return undefined;
  return `the Kafka client has been silent for ${Math.round(silentMs / 1_000)} s`;
}

/** A metric label of low cardinality: the SQLSTATE, Kafka's name of the error, or the error's class. */
function causeOf(error: unknown): string {
  const { code, type, name } = error as {
    readonly code?: unknown;
    readonly type?: unknown;
    readonly name?: unknown;
  };
  return [code, type, name].find((word): word is string => typeof word === 'string') ?? 'unknown';
}

/**
 * The probes of the consumer.
 * @param writeFailureLimitMs how long writes may fail before the consumer is not ready
 */
export function createConsumerProbes(
  health: Health,
  metrics: ConsumerMetrics,
  database: Database,
  writeFailureLimitMs: number,
): Probes {
  return {
    live: () => health.stuck(),
    unready: async () => [
      ...(health.joined ? [] : ['Kafka: not a member of the group yet']),
      ...health.pauses,
      ...failingFor(health.failingWrites.longestMs, writeFailureLimitMs),
      ...(await pingDatabase(database)),
    ],
    metrics,
  };
}

/** A ping does not detect a read-only server, a full disk or a lock. */
function failingFor(ms: number, limitMs: number): readonly string[] {
  return ms > limitMs ? [`Postgres: writes have been failing for ${Math.round(ms / 1_000)} s`] : [];
}

async function pingDatabase(database: Database): Promise<readonly string[]> {
  try {
    await withDeadline(
      database.run((sql) => sql`select 1`),
      PING_MS,
      'Postgres',
    );
    return [];
  } catch (error) {
    return [`Postgres: ${describeError(error)}`];
  }
}
