import type { TopicPartition } from '../topic-partition.ts';

/** The offsets of a batch that cannot be read: it is corrupt, or its decompressed size exceeds the limit. */
export interface UnreadableBatch extends TopicPartition {
  /** Decimal. */
  readonly firstOffset: string;
  readonly lastOffset: string;
  /** Why it cannot be read. */
  readonly reason: string;
}

/** The batch that contains this offset is to be skipped if it is unreadable. */
export interface Skip extends TopicPartition {
  readonly offset: bigint;
}

/** Parses `TOPIC:PARTITION:OFFSET`; undefined if the text has another form. */
export function parseSkip(text: string): Skip | undefined {
  const [, topic, partition, offset] = /^([\w.-]+):(\d{1,9}):(\d{1,18})$/.exec(text) ?? [];
  if (topic === undefined || partition === undefined || offset === undefined) return undefined;
  return { topic, partition: Number(partition), offset: BigInt(offset) };
}

/**
 * Returns whether an unreadable batch is one of those to be skipped.
 * @param onSkip called for each batch to be skipped
 */
export function allowSkips(skips: readonly Skip[], onSkip: (batch: UnreadableBatch) => void) {
  return (batch: UnreadableBatch): boolean => {
    const isNamed = skips.some((skip) => contains(batch, skip));
    if (isNamed) onSkip(batch);
    return isNamed;
  };
}

function contains({ topic, partition, firstOffset, lastOffset }: UnreadableBatch, skip: Skip): boolean {
  const isSamePartition = skip.topic === topic && skip.partition === partition;
  return isSamePartition && BigInt(firstOffset) <= skip.offset && skip.offset <= BigInt(lastOffset);
}

/** The unreadable batch that caused an error of kafkajs, if any. */
export function findUnreadable(error: unknown): UnreadableBatch | undefined {
  const { unreadable, cause } = (error ?? {}) as {
    readonly unreadable?: UnreadableBatch;
    readonly cause?: unknown;
  };
  return unreadable ?? (cause === error ? undefined : findUnreadable(cause));
}
