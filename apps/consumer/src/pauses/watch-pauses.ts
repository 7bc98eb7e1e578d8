import type { PausedPartition } from '@pipeline/db';
import { partitionName, type Source } from '@pipeline/kafka';
import type { Logger } from '@pipeline/runtime';
import type { ConsumerMetrics } from '../metrics.ts';

/** A change must be obeyed within 5 s, and Postgres may take a while to respond. */
const INTERVAL_MS = 2_000;

/** The partitions that operators have paused. */
export interface PauseWatch {
  /** Reads and logs them. @throws the errors of `read` */
  readonly read: () => Promise<readonly PausedPartition[]>;
  /**
   * Reads them every 2 s and applies them to the source, until it is disposed of. While Postgres does not respond,
   * the last ones apply.
   */
  readonly watch: (source: PausedSource) => Disposable;
}

type PausedSource = Pick<Source, 'partitions' | 'pausePartitions'>;

/** @param readPauses reads the paused partitions of the topics */
export function createPauseWatch(
  readPauses: () => Promise<readonly PausedPartition[]>,
  metrics: ConsumerMetrics,
  logger: Logger,
): PauseWatch {
  let known: readonly PausedPartition[] = [];
  const read = async () => {
    const pauses = await readPauses();
    logChanges(logger, known, pauses);
    known = pauses;
    return pauses;
  };
  const obey = async (source: PausedSource) => {
    const pauses = await read();
    source.pausePartitions(pauses);
    exportPauses(metrics, source, pauses);
  };
  const logFailure = (error: Error) =>
    logger.debug({ error: error.message }, 'paused partitions are unknown');
  return {
    read,
    watch(source) {
      let isPolling = false;
      const poll = async () => {
        if (isPolling) return;
        isPolling = true;
        await obey(source).catch(logFailure);
        isPolling = false;
      };
      const timer = setInterval(() => void poll(), INTERVAL_MS);
      return { [Symbol.dispose]: () => clearInterval(timer) };
    },
  };
}

function exportPauses(
  metrics: ConsumerMetrics,
  { partitions }: PausedSource,
  pauses: readonly PausedPartition[],
): void {
  const paused = new Set(pauses.map(partitionName));
  metrics.partitionPaused.reset();
  for (const one of partitions) {
    const labels = { ...metrics.labelsOf(one.topic), partition: one.partition };
    metrics.partitionPaused.set(labels, paused.has(partitionName(one)) ? 1 : 0);
  }
}

/** Every consumer logs every change: which of them owns the partition may change at any time. */
function logChanges(
  logger: Logger,
  before: readonly PausedPartition[],
  now: readonly PausedPartition[],
): void {
  for (const one of now) if (!hasSame(before, one)) logger.warn(one, `${partitionName(one)} is paused`);
  for (const one of before) if (!hasSame(now, one)) logger.info(one, `${partitionName(one)} is resumed`);
}

function hasSame(all: readonly PausedPartition[], one: PausedPartition): boolean {
  return all.some((other) => partitionName(other) === partitionName(one));
}
