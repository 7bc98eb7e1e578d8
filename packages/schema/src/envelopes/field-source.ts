/** Unit of an epoch time. */
export type TimeUnit = 's' | 'ms' | 'us' | 'ns';

/** What to do with members of a record that are not part of the mapping. */
export type OtherMembers = 'reject' | 'keep' | 'ignore';

/** Where a field is found. Plain JSON, so that a setting can name it. */
export type FieldSource =
  /** A JSON Pointer (RFC 6901) in the record's value; '' is the whole document. */
  | string
  | { readonly pointer: string }
  | { readonly constant: string }
  /** A header by name; the last one if the name is repeated. */
  | { readonly header: string }
  | { readonly record: 'key' | 'timestamp' | 'topic' };

/** A time may be a number; without a unit, its magnitude decides. */
export type TimeSource = FieldSource | { readonly pointer: string; readonly unit?: TimeUnit };

/** The argument of `fields`. */
export interface FieldMapping {
  /** Without it, the id is derived from the record's position, timestamp and content. */
  readonly id?: FieldSource;
  readonly type: FieldSource;
  /** Defaults to the record's timestamp. */
  readonly time?: TimeSource;
  /** Without it, `user_id` is null. */
  readonly user?: FieldSource;
  /** A JSON Pointer; defaults to the whole document. */
  readonly payload?: string;
  /** Defaults to `keep`. */
  readonly otherMembers?: OtherMembers;
  /** Replaces the topic in derived ids, so that a renamed or mirrored topic keeps its ids. */
  readonly scope?: string;
}
