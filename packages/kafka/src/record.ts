/** A name that is not UTF-8 is a Buffer. */
export type RecordHeader = readonly [name: string | Buffer, value: Buffer | string | null];

/** A record's headers in their order; names may repeat. */
export type RecordHeaders = readonly RecordHeader[];

/** Headers by name; a repeated name has an array of values. */
export type NamedHeaders = Readonly<Record<string, HeaderValue | readonly HeaderValue[]>>;
type HeaderValue = Buffer | string | undefined | null;

/**
 * A fetched record. Its fields are slices of the fetch response, created on access, and keep the whole
 * response alive: copy what must outlive the batch.
 */
export interface KafkaRecord {
  /** Encoded size in bytes: key, value, headers and their lengths. */
  readonly encodedSize: number;
  /** Decimal. */
  readonly offset: string;
  /** Milliseconds since 1970, decimal. */
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** What contains the value, from `valueStart` to `valueEnd`, without creating a slice; null without a value. */
  readonly source?: Buffer | null | undefined;
  readonly valueStart?: number | undefined;
  readonly valueEnd?: number | undefined;
  readonly headers?: RecordHeaders | undefined;
  /** Epoch of the leader that appended it. */
  readonly leaderEpoch?: number | undefined;
}

/** A record to send. */
export interface OutgoingRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: RecordHeaders | NamedHeaders | undefined;
  /** Defaults to the partition of the key's hash. */
  readonly partition?: number;
}

/** A record to send whose headers are encoded as in a record batch, with their number. */
export type EncodedRecord = Omit<OutgoingRecord, 'headers'> & { readonly headers: Buffer };
