import type { Batch, DeadLetter } from '@pipeline/db';
import { isTooLarge, type Publisher, toDeadLetterRecord } from '@pipeline/kafka';
import type { RetryPolicy } from './retry-policy.ts';

export interface DeadLetterTopic {
  readonly topic: string;
  readonly groupId: string;
  /** What a record of the topic may take; a larger letter is cut there. */
  readonly maxBytes: number;
}

/** Sends dead letters to their topic, and tries for as long as Kafka's trouble is of the passing kind. */
export function createDeadLetterStep(
  publisher: Publisher,
  { reachKafka }: Pick<RetryPolicy, 'reachKafka'>,
  { topic, groupId, maxBytes }: DeadLetterTopic,
) {
  return async (batch: Batch, letters: readonly DeadLetter[]): Promise<void> => {
    if (letters.length === 0) return;
    const failedAt = new Date().toISOString();
    const send = (fitting: number) => {
      const records = letters.map((letter) =>
        toDeadLetterRecord(letter.record, originOf(batch, letter, groupId, failedAt), fitting),
      );
      return publisher.publish(topic, records, fitting);
    };
    await reachKafka(() => sendFitting(send, maxBytes));
  };
}

/** No topic is so narrow that not even the bare origin of a letter fits. */
const LEAST_BYTES = 2_000;

/** A topic may take less than we think: what it refuses for its size is cut by half, and again. */
async function sendFitting(send: (maxBytes: number) => Promise<void>, maxBytes: number): Promise<void> {
  try {
    await send(maxBytes);
  } catch (error) {
    if (!isTooLarge(error) || maxBytes <= LEAST_BYTES) throw error;
    await sendFitting(send, Math.floor(maxBytes / 2));
  }
}

function originOf({ topic, partition }: Batch, letter: DeadLetter, groupId: string, failedAt: string) {
  const { reason, detail: message, sqlstate, redriveCount } = letter;
  return {
    topic,
    partition,
    offset: letter.record.offset,
    groupId,
    reason,
    message,
    sqlstate,
    failedAt,
    redriveCount,
  };
}
