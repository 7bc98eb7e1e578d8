import type { TSchema } from '@sinclair/typebox';
import type { Rejection } from '../reasons.ts';

/** A Kafka record as an envelope reads it; a record of `@pipeline/kafka` fits. Other members are optional. */
export interface SourceRecord {
  readonly value: Uint8Array | null;
  /** The value in Kafka, if an envelope took a prefix off `value`. */
  readonly wholeValue?: Uint8Array | null;
  readonly key?: Uint8Array | null;
  /** In their order; the last of repeated names counts. A name that is not UTF-8 is bytes. */
  readonly headers?: SourceHeaders | undefined;
  /** Decimal. */
  readonly offset?: string;
  /** Milliseconds since 1970, decimal. */
  readonly timestamp?: string;
}

export type SourceHeaders = readonly (readonly [
  name: string | Uint8Array,
  value: Uint8Array | string | null,
])[];

/** The partition that a record comes from. */
export interface Place {
  readonly topic: string;
  readonly partition: number;
}

export interface DecodeLimits {
  /** Maximum size of a record's value in bytes. Defaults to 1,000,000. */
  readonly maxBytes?: number;
  /** Maximum nesting depth of objects and arrays, the payload itself included. Defaults to 64. */
  readonly maxDepth?: number;
}

/** An event whose payload is not validated yet. */
export interface AnyEvent<User extends string | null = string | null> {
  /** A UUID. */
  readonly event_id: string;
  readonly event_type: string;
  /** RFC 3339 with an offset. */
  readonly event_time: string;
  readonly user_id: User;
  readonly payload: unknown;
}

/** What an envelope finds in a record. */
export interface Found<User extends string | null = string | null> {
  readonly ok: true;
  readonly event: AnyEvent<User>;
  /** The payload's JSON, verbatim. */
  readonly payloadJson: string;
  /** Number of nested objects and arrays of the payload, itself included. */
  readonly depth: number;
  /** A JSON object of the members outside the mapping, their values verbatim; null if there are none. */
  readonly attributesJson: string | null;
  /** JSON Pointers of the payload and the type in the record's value, for rejections. */
  readonly payloadPath: string;
  readonly typePath: string;
}

/** A record that is no event by design, such as a tombstone of Debezium: counted as skipped. */
export interface NoEvent {
  readonly ok: false;
  readonly reason: null;
  readonly message: string;
  readonly path: '';
  readonly eventType: null;
}

/** A record to send. */
export interface EncodedRecord {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array;
  readonly headers: readonly (readonly [name: string, value: Uint8Array | string])[];
}

/** Finds the parts of an event in a record. */
export interface Envelope<User extends string | null = string | null> {
  /** Such as `native` or `cloudevents`. */
  readonly name: string;
  /** The id rule as JSON text, for example `["id","/event_id",null]`. Recorded in the ledger; never changes. */
  readonly identity: string;
  /** What is wrong with the envelope's own options; `defineEvents` reports it. */
  readonly problems?: readonly string[];
  /** Never throws. */
  open(record: SourceRecord, place: Place, limits: DecodeLimits): Found<User> | Rejection | NoEvent;
  /** Undefined if events cannot be written in this envelope. @throws TypeError if this event cannot */
  encode?(event: AnyEvent<User>): EncodedRecord;
  /** The JSON Schema of a record's value with an event of a type. */
  describe(type: string, payload: TSchema): TSchema;
}

/** The maximum size of a record's value if the limits name none. */
export const DEFAULT_MAX_BYTES = 1_000_000;

/** The maximum depth of a payload if the limits name none. */
export const DEFAULT_MAX_DEPTH = 64;

/** A record without a prefix of its value; the rest is read from the original on access. */
export function withValue(record: SourceRecord, value: Uint8Array): SourceRecord {
  const wholeValue = record.wholeValue ?? record.value;
  return Object.create(record, {
    value: { value, enumerable: true },
    wholeValue: { value: wholeValue, enumerable: true },
  });
}
