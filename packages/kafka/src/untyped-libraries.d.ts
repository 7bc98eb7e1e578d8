declare module 'lz4js' {
  const lz4: {
    compress(bytes: Uint8Array): Uint8Array;
    decompress(bytes: Uint8Array, maxSize?: number): Uint8Array;
    decompressBound(bytes: Uint8Array): number;
  };
  export = lz4;
}

declare module 'snappyjs' {
  const snappy: {
    compress(bytes: Uint8Array): Uint8Array;
    uncompress(bytes: Uint8Array, maxLength?: number): Uint8Array;
  };
  export = snappy;
}

/** Added by our kafkajs patch. */
declare module 'kafkajs/src/consumer/batch.js' {
  interface UnreadableBatch {
    readonly topic: string;
    readonly partition: number;
    readonly firstOffset: string;
    readonly lastOffset: string;
  }
  const Batch: { mayPassOver: (batch: UnreadableBatch) => boolean };
  export = Batch;
}
