import { exitCode, UserError } from '@pipeline/runtime';
import type { ClusterAdmin } from './admin.ts';

/**
 * Checks that topics exist.
 * @throws UserError that lists the missing topics
 */
export async function requireTopics(admin: ClusterAdmin, topics: readonly string[]): Promise<void> {
  const missing = await admin.missingTopics(topics);
  if (missing.length === 0) return;
  throw new UserError(
    `Kafka: there is no topic ${missing.join(' and no topic ')}, or this user lacks DESCRIBE on it`,
    'grant DESCRIBE on it, or create it',
    exitCode.failed,
    { name: 'create-topics' },
  );
}
