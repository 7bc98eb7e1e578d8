declare module 'snappyjs' {
  const snappy: {
    compress(bytes: Uint8Array): Uint8Array;
    uncompress(bytes: Uint8Array, maxLength?: number): Uint8Array;
  };
  export = snappy;
}

declare module 'kafkajs/src/consumer/batch.js' {
  /** The messages of a fetched partition that a consumer gets. */
  class Batch<Message> {
    constructor(topic: string, fetchedOffset: string, partition: { readonly messages: readonly Message[] });
    readonly messages: readonly Message[];
    /** Those, transaction markers, and the messages of aborted transactions. */
    readonly messagesWithinOffset: readonly (Message & { readonly isControlRecord?: boolean })[];
    /** The batch at the fetched offset, if it cannot be decoded. */
    readonly unreadable?: import('./consume/unreadable.ts').UnreadableBatch;
    /** The last offset that the fetch has reached, decimal. */
    lastOffset(): string;
  }
  export = Batch;
}
