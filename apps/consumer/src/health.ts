import { type Database, describeError } from '@pipeline/db';
import type { Source } from '@pipeline/kafka';
import type { Logger, Metrics, Probes } from '@pipeline/runtime';
import { withDeadline } from '@pipeline/runtime';

/** A batch that neither ends nor tries again for so long is stuck for good. */
const STUCK_MS = 120_000;
/** So is a member of the group that has neither fetched nor said that it is alive. */
const SILENT_MS = 90_000;
const PING_MS = 2_000;

/** What the process is doing, as its probes and its log tell it. */
export interface Health {
  /** Something went forward: a batch is done, or a new try has begun. */
  progressed(): void;
  /** A reporter of failed tries on the way to a system, such as `Postgres at 127.0.0.1:5432`. */
  retrying(system: string): (error: unknown) => void;
  /** A partition stands still on purpose until `resumed`. */
  paused(partition: string, reason: string): void;
  resumed(): void;
  /** Why partitions stand still. */
  readonly pauses: readonly string[];
  /** From now on the source's member and its batches count, too. */
  watch(source: WatchedSource): void;
  /** Whether the process belongs to the group. */
  readonly joined: boolean;
  /** Why the process makes no progress, or undefined. */
  stuck(): string | undefined;
}

type WatchedSource = Pick<Source, 'joined' | 'batchesInFlight' | 'silentMs'>;

/** Starts watching. */
export function createHealth(logger: Logger, metrics: Metrics): Health {
  let source: WatchedSource | undefined;
  const pauses = new Map<string, string>();
  let lastProgress = performance.now();
  const progressed = () => {
    lastProgress = performance.now();
  };
  return {
    progressed,
    retrying: (system) => (error) => {
      progressed();
      const cause = causeOf(error);
      metrics.retries.inc({ cause });
      logger.warn({ cause }, `waiting for ${system}: ${describeError(error)}`);
    },
    paused: (partition, reason) => {
      pauses.set(partition, reason);
      metrics.paused.set(1);
      logger.error({ partition }, `${partition} is paused: ${reason}`);
    },
    resumed: () => {
      pauses.clear();
      metrics.paused.set(0);
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
    stuck: () => (source === undefined ? undefined : whyStuck(source, performance.now() - lastProgress)),
  };
}

function whyStuck({ joined, batchesInFlight, silentMs }: WatchedSource, idleMs: number): string | undefined {
  if (batchesInFlight > 0 && idleMs > STUCK_MS) return `no progress for ${Math.round(idleMs / 1_000)} s`;
  if (!joined || silentMs < SILENT_MS) return undefined;
  return `Kafka's client has been silent for ${Math.round(silentMs / 1_000)} s`;
}

/** A short word of a bounded set: an SQLSTATE, Kafka's name of the error, or the error's class. */
function causeOf(error: unknown): string {
  const { code, type, name } = error as {
    readonly code?: unknown;
    readonly type?: unknown;
    readonly name?: unknown;
  };
  return [code, type, name].find((word): word is string => typeof word === 'string') ?? 'unknown';
}

/** What `/livez`, `/readyz` and `/metrics` answer. */
export function createConsumerProbes(health: Health, metrics: Metrics, database: Database): Probes {
  return {
    live: () => health.stuck(),
    unready: async () => [
      ...(health.joined ? [] : ['Kafka: not a member of the group yet']),
      ...health.pauses,
      ...(await pingDatabase(database)),
    ],
    metrics,
  };
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
