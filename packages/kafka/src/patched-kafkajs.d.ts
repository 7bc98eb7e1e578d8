import type { UnreadableBatch } from './consume/unreadable.ts';

/** What the patches in `patches/kafkajs` add to kafkajs. */
declare module 'kafkajs' {
  /** Limits of a batch, and of what is decoded of one fetch response. Default to infinity. */
  const DecodeLimits: { maxBytes: number; maxRecords: number };

  interface ITopicMetadata {
    /** Hexadecimal; undefined before Kafka 2.8, or with an older inter.broker.protocol.version. */
    readonly topicId?: string;
  }

  interface RetryOptions {
    /** Of a consumer: whether a batch that cannot be decoded is skipped. It is an error otherwise. */
    readonly skipUnreadable?: (batch: UnreadableBatch) => boolean;
  }

  interface EachBatchPayload {
    /** The offset that was requested: those before the batch's first message hold none. */
    readonly fetchedOffset: string;
  }

  interface MessageSetEntry {
    readonly encodedSize: number;
  }

  interface RecordBatchEntry {
    /** Size in bytes of key, value, headers and their lengths. */
    readonly encodedSize: number;
  }
}
