/// <reference path="./untyped-libraries.d.ts" />
import Batch from 'kafkajs/src/consumer/batch.js';
import type { TopicPartition } from './admin.ts';

/** The offsets of a batch that cannot be read: a broken one, or one that unfolds to more than it may. */
export interface UnreadableBatch extends TopicPartition {
  /** Decimal. */
  readonly firstOffset: string;
  readonly lastOffset: string;
}

/** Names the batch that holds an offset. */
export interface Skip extends TopicPartition {
  readonly offset: bigint;
}

/** The skip that `TOPIC:PARTITION:OFFSET` names, or undefined when the text is none. */
export function parseSkip(text: string): Skip | undefined {
  const [, topic, partition, offset] = /^([\w.-]+):(\d{1,9}):(\d{1,18})$/.exec(text) ?? [];
  if (topic === undefined || partition === undefined || offset === undefined) return undefined;
  return { topic, partition: Number(partition), offset: BigInt(offset) };
}

/**
 * Lets consumers pass over the named batches, should these turn out to be unreadable. For the whole process.
 * @param onSkip told of each batch that is passed over
 */
export function allowSkips(skips: readonly Skip[], onSkip: (batch: UnreadableBatch) => void): void {
  Batch.mayPassOver = (batch) => {
    const isNamed = skips.some((skip) => holds(batch, skip));
    if (isNamed) onSkip(batch);
    return isNamed;
  };
}

function holds({ topic, partition, firstOffset, lastOffset }: UnreadableBatch, skip: Skip): boolean {
  const isSamePartition = skip.topic === topic && skip.partition === partition;
  return isSamePartition && BigInt(firstOffset) <= skip.offset && skip.offset <= BigInt(lastOffset);
}

/** The batch that an error of kafkajs, or one of its causes, says cannot be read. */
export function findUnreadable(error: unknown): UnreadableBatch | undefined {
  const { unreadable, cause } = (error ?? {}) as {
    readonly unreadable?: UnreadableBatch;
    readonly cause?: unknown;
  };
  return unreadable ?? (cause === undefined || cause === error ? undefined : findUnreadable(cause));
}
