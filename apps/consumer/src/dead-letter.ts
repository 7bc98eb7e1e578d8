import type { Batch, DeadLetter } from '@pipeline/db';
import { createDeadLetterRecords, isTooLarge, type Publisher } from '@pipeline/kafka';
import type { RetryPolicy } from './retry-policy.ts';

export interface DeadLetterTopic {
  readonly topic: string;
  readonly groupId: string;
  /** Maximum bytes per record; a larger dead letter is truncated in the topic. */
  readonly maxBytes: number;
}

/** Publishes dead letters to their topic; retries transient errors. */
export function createDeadLetterStep(
  publisher: Publisher,
  { reachKafka }: Pick<RetryPolicy, 'reachKafka'>,
  { topic, groupId, maxBytes }: DeadLetterTopic,
) {
  return async (batch: Batch, deadLetters: readonly DeadLetter[]): Promise<void> => {
    if (deadLetters.length === 0) return;
    const source = { topic: batch.topic, partition: batch.partition };
    const failedAt = new Date().toISOString();
    const send = (limit: number) => {
      const toRecord = createDeadLetterRecords({ ...source, groupId, failedAt }, limit);
      const records = deadLetters.values().map((deadLetter) => toRecord(deadLetter.record, deadLetter));
      return publisher.publish(topic, records, { maxBytes: limit, compresses: true });
    };
    await reachKafka(() => sendFitting(send, maxBytes));
  };
}

/** Enough for the headers of a dead letter; no smaller limit is tried. */
const MIN_BYTES = 2_000;

/** Halves the limit while the topic, whose own limit may be lower, rejects the records as too large. */
async function sendFitting(send: (maxBytes: number) => Promise<void>, maxBytes: number): Promise<void> {
  try {
    await send(maxBytes);
  } catch (error) {
    if (!isTooLarge(error) || maxBytes <= MIN_BYTES) throw error;
    await sendFitting(send, Math.floor(maxBytes / 2));
  }
}
