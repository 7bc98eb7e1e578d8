import {
  connectKafka,
  type kafkaSettings,
  openAdmin,
  requireOwnDeadLetterTopic,
  type TopicLayout,
} from '@pipeline/kafka';
import { createLogger, type loggerSettings } from '@pipeline/program';
import type { Settings } from '@pipeline/runtime';
import { createReach } from './connect/create-reach.ts';

/**
 * Creates the missing topics, and logs which. Waits for Kafka.
 * @throws UserError for a permanent error, such as a missing right
 */
export async function createMissingTopics(
  settings: Settings<typeof kafkaSettings & typeof loggerSettings>,
  layout: TopicLayout,
): Promise<void> {
  requireOwnDeadLetterTopic(settings);
  const logger = createLogger('consumer', settings);
  const reach = createReach(settings, logger);
  await using admin = await reach(() => openAdmin(connectKafka(settings, 'consumer', logger)));
  const created = await reach(() => admin.provisionTopics(settings, layout));
  logger.info(created.length === 0 ? 'all topics exist' : `created ${created.join(', ')}`);
}
