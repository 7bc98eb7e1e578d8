/** A record's headers; a repeated name has an array of values. */
export type RecordHeaders = Readonly<Record<string, HeaderValue | readonly HeaderValue[]>>;
type HeaderValue = Buffer | string | undefined | null;

/**
 * A record as it was read. Its parts are cut out of the fetched response when they are asked for, and keep all of that
 * alive: copy what must outlive the batch.
 */
export interface KafkaRecord {
  /** Bytes of all of it: key, value, headers, and what Kafka adds to tell them apart. */
  readonly size: number;
  /** Decimal. */
  readonly offset: string;
  /** Milliseconds since 1970, decimal. */
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: RecordHeaders | undefined;
}

/** A record to be sent. */
export interface OutgoingRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: RecordHeaders | undefined;
  /** Defaults to the one that the key decides. */
  readonly partition?: number;
}
