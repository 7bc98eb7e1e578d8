import { Failure } from '@pipeline/runtime';
import type { ClusterAdmin } from './admin.ts';

/**
 * Makes sure that topics exist before anything is read from them or sent to them.
 * @throws Failure that names those that are missing
 */
export async function requireTopics(admin: ClusterAdmin, topics: readonly string[]): Promise<void> {
  const missing = await admin.missingTopics(topics);
  if (missing.length === 0) return;
  throw new Failure(
    `Kafka: there is no topic ${missing.join(' and no topic ')}`,
    'run "pnpm --filter infra provision"',
  );
}
