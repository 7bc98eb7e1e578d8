import type { Batch, DeadLetter } from '@pipeline/db';
import { isPassingKafkaFault, type Publisher, toDeadLetterRecord } from '@pipeline/kafka';
import { retryForever } from '@pipeline/runtime';

export interface DeadLetterTopic {
  readonly topic: string;
  readonly groupId: string;
  /** What a record of the topic may take; a larger letter is cut there. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  readonly onRetry: (error: unknown) => void;
}

/** Sends dead letters to their topic, and tries for as long as Kafka's trouble is of the passing kind. */
export function createDeadLetterStep(publisher: Publisher, options: DeadLetterTopic) {
  return async (batch: Batch, letters: readonly DeadLetter[]): Promise<void> => {
    if (letters.length === 0) return;
    const failedAt = new Date().toISOString();
    const records = letters.map((letter) =>
      toDeadLetterRecord(letter.record, originOf(batch, letter, options.groupId, failedAt), options.maxBytes),
    );
    const { signal, onRetry } = options;
    const publish = () => publisher.publish(options.topic, records);
    await retryForever(publish, { isPassing: isPassingKafkaFault, onRetry, signal });
  };
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
