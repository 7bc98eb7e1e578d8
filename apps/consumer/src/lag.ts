import { type ClusterAdmin, lagOf, type Source } from '@pipeline/kafka';
import type { Logger, Metrics, Settings } from '@pipeline/runtime';
import type { consumerSettings } from './settings.ts';

const LOOK_MS = 10_000;

/** Measures every few seconds how far the partitions of this member are behind, until it is disposed of. */
export function watchLag(
  settings: Pick<Settings<typeof consumerSettings>, 'KAFKA_TOPIC' | 'KAFKA_GROUP_ID'>,
  source: Source,
  admin: ClusterAdmin,
  metrics: Metrics,
  logger: Logger,
): Disposable {
  const { KAFKA_TOPIC: topic, KAFKA_GROUP_ID: group } = settings;
  const look = async () => {
    const offsets = await admin.fetchOffsets(topic, group);
    metrics.consumerGroupLag.reset();
    for (const standing of offsets.filter(({ partition }) => source.partitions.includes(partition))) {
      const labels = { consumergroup: group, topic, partition: standing.partition };
      metrics.consumerGroupLag.set(labels, Number(lagOf(standing).lag));
    }
  };
  const timer = setInterval(() => {
    look().catch((error: Error) => logger.debug({ error: error.message }, 'lag is not known'));
  }, LOOK_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
