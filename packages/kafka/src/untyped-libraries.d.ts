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
