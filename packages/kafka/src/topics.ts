import { retryForever, UserError } from '@pipeline/runtime';
import type { Admin } from 'kafkajs';
import type { ClusterAdmin } from './admin.ts';
import { kafkaErrorType } from './errors.ts';

/**
 * Makes sure that topics exist before anything is read from them or sent to them.
 * @throws UserError that names those that are missing
 */
export async function requireTopics(admin: ClusterAdmin, topics: readonly string[]): Promise<void> {
  const missing = await admin.missingTopics(topics);
  if (missing.length === 0) return;
  throw new UserError(
    `Kafka: there is no topic ${missing.join(' and no topic ')}, or none that this user may DESCRIBE`,
    'run "pnpm --filter infra provision", or grant the rights that docs/operations.md lists',
  );
}

export interface NewTopic {
  readonly topic: string;
  readonly numPartitions: number;
}

const READY_MS = 30_000;

/** What a broker says that has not yet heard of a new topic, or has not yet opened its log. */
const notYet = ['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE', 'NOT_LEADER_FOR_PARTITION'];

/**
 * Makes topics and resolves when every partition can be read and written. kafkajs's own wait ends in an error when the
 * broker that it asks has not heard of the topic yet, and else asks for leaders only, which may not be ready.
 * @throws kafkajs's error, or a UserError when a partition is not ready after 30 s
 */
export async function createTopics(admin: Admin, topics: readonly NewTopic[]): Promise<void> {
  await admin.createTopics({ topics: [...topics], waitForLeaders: false });
  for (const { topic } of topics) await untilReady(admin, topic);
}

async function untilReady(admin: Admin, topic: string): Promise<void> {
  const isTransient = (error: unknown) => notYet.includes(kafkaErrorType(error));
  const signal = AbortSignal.timeout(READY_MS);
  await retryForever(() => admin.fetchTopicOffsets(topic), { isTransient, signal }).catch((error) => {
    if (!signal.aborted) throw error;
    throw new UserError(`Kafka: the topic ${topic} is not ready after 30 s`, 'see the log of the brokers');
  });
}
