import {
  type ClusterAdmin,
  lagOf,
  type PartitionOffsets,
  type PartitionProgress,
  partitionName,
  type Source,
} from '@pipeline/kafka';
import { type Logger, type Settings, withDeadline } from '@pipeline/runtime';
import type { ConsumerMetrics } from './metrics.ts';
import type { consumerSettings } from './settings.ts';

const INTERVAL_MS = 10_000;
const DEADLINE_MS = 5_000;

/**
 * Measures the lag and the freshness of this member's partitions every 10 s, until it is disposed of. While
 * Kafka does not respond, the lag is unknown: the metrics have no value, instead of the last one.
 */
export function watchLag(
  settings: Pick<Settings<typeof consumerSettings>, 'KAFKA_TOPIC' | 'KAFKA_GROUP_ID'>,
  source: Pick<Source, 'partitions'>,
  admin: Pick<ClusterAdmin, 'fetchOffsets'>,
  metrics: ConsumerMetrics,
  logger: Logger,
): Disposable {
  const { KAFKA_TOPIC: topics, KAFKA_GROUP_ID: group } = settings;
  const fetchOffsets = () =>
    withDeadline(admin.fetchOffsets(topics, group), DEADLINE_MS, 'measuring the lag').catch(
      (error: Error) => {
        logger.debug({ error: error.message }, 'lag is unknown');
        return [];
      },
    );
  const drainedMs = new Map<string, number>();
  const measure = async () => {
    const askedMs = Date.now();
    const offsets = new Map((await fetchOffsets()).map((one) => [partitionName(one), one]));
    metrics.consumerGroupLag.reset();
    metrics.lagSeconds.reset();
    metrics.freshnessSeconds.reset();
    for (const one of source.partitions) {
      const name = partitionName(one);
      exportFreshness(metrics, one);
      const found = offsets.get(name);
      if (found === undefined) continue;
      if (isDrained(one, found)) drainedMs.set(name, askedMs);
      exportLag(metrics, one, found, drainedMs.get(name));
    }
  };
  const timer = setInterval(() => void measure(), INTERVAL_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

function exportFreshness(metrics: ConsumerMetrics, { topic, partition, doneMs }: PartitionProgress): void {
  const seconds = ageOf(doneMs);
  if (seconds !== undefined) metrics.freshnessSeconds.set({ ...metrics.labelsOf(topic), partition }, seconds);
}

function exportLag(
  metrics: ConsumerMetrics,
  one: PartitionProgress,
  offsets: PartitionOffsets,
  drainedMs: number | undefined,
): void {
  const labels = { ...metrics.labelsOf(one.topic), partition: one.partition };
  metrics.consumerGroupLag.set(labels, Number(lagOf(offsets).lag));
  const seconds = isDrained(one, offsets) ? 0 : ageOf(oldestMs(one, drainedMs));
  if (seconds !== undefined) metrics.lagSeconds.set(labels, seconds);
}

/** Whether everything in the log is stored. */
function isDrained({ completed }: PartitionProgress, offsets: PartitionOffsets): boolean {
  return completed >= offsets.logEnd || lagOf(offsets).lag === 0n;
}

/**
 * When the oldest record that is not stored was appended: the timestamp of the first one that was fetched.
 * If none was, it is later than the last stored record, and than the last measurement without a backlog.
 */
function oldestMs({ fetchedMs, storedMs }: PartitionProgress, drainedMs: number | undefined) {
  const earlier = [storedMs, drainedMs].filter((ms) => ms !== undefined);
  return fetchedMs ?? (earlier.length === 0 ? undefined : Math.max(...earlier));
}

/** The producer's clock may be ahead. */
function ageOf(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.max(0, Date.now() - ms) / 1_000;
}
