import { retryForever, UserError } from '@pipeline/runtime';
import type { Admin, ITopicConfig } from 'kafkajs';
import { kafkaErrorType } from '../client/errors.ts';

const READY_TIMEOUT_MS = 30_000;

/** Errors of a broker whose metadata does not include a new topic yet, or that has not opened its log yet. */
const notYet = ['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE', 'NOT_LEADER_FOR_PARTITION'];

/**
 * Creates topics and resolves when every partition can be read and written. kafkajs's `waitForLeaders` fails
 * if a broker's metadata is not up to date yet, and only checks that leaders are elected, not that they are
 * ready.
 * @throws kafkajs's error, or a UserError if a partition is not ready after 30 s
 */
export async function createTopics(admin: Admin, topics: readonly ITopicConfig[]): Promise<void> {
  await admin.createTopics({ topics: [...topics], waitForLeaders: false });
  for (const { topic } of topics) await untilReady(admin, topic);
}

async function untilReady(admin: Admin, topic: string): Promise<void> {
  const isTransient = (error: unknown) => notYet.includes(kafkaErrorType(error));
  const signal = AbortSignal.timeout(READY_TIMEOUT_MS);
  await retryForever(() => admin.fetchTopicOffsets(topic), { isTransient, signal }).catch((error) => {
    if (!signal.aborted) throw error;
    throw new UserError(`Kafka: topic ${topic} is not ready after 30 s`, 'see the log of the brokers');
  });
}
