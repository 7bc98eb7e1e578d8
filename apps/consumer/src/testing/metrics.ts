import { type ConsumerMetrics, createConsumerMetrics } from '../metrics.ts';

/** Metrics of the group `group` and the topic `events`. */
export function createTestMetrics(): ConsumerMetrics {
  return createConsumerMetrics('test', { KAFKA_GROUP_ID: 'group', KAFKA_TOPIC: ['events'] });
}
