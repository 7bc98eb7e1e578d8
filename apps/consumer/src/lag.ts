import { type ClusterAdmin, lagOf, type Source } from '@pipeline/kafka';
import { type Logger, type Settings, withDeadline } from '@pipeline/runtime';
import type { ConsumerMetrics } from './metrics.ts';
import type { consumerSettings } from './settings.ts';

const INTERVAL_MS = 10_000;
const DEADLINE_MS = 5_000;

/**
 * Measures the lag of this member's partitions every 10 s, until it is disposed of. While Kafka does not respond, the
 * lag is unknown: the metric has no value, instead of the last one.
 */
export function watchLag(
  settings: Pick<Settings<typeof consumerSettings>, 'KAFKA_TOPIC' | 'KAFKA_GROUP_ID'>,
  source: Source,
  admin: ClusterAdmin,
  metrics: ConsumerMetrics,
  logger: Logger,
): Disposable {
  const { KAFKA_TOPIC: topic, KAFKA_GROUP_ID: group } = settings;
  const fetchOffsets = () =>
    withDeadline(admin.fetchOffsets(topic, group), DEADLINE_MS, 'measuring the lag').catch((error: Error) => {
      logger.debug({ error: error.message }, 'lag is unknown');
      return [];
    });
  const measure = async () => {
    const offsets = await fetchOffsets();
    metrics.consumerGroupLag.reset();
    for (const standing of offsets.filter(({ partition }) => source.partitions.includes(partition))) {
      const labels = { consumergroup: group, topic, partition: standing.partition };
      metrics.consumerGroupLag.set(labels, Number(lagOf(standing).lag));
    }
  };
  const timer = setInterval(() => void measure(), INTERVAL_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
