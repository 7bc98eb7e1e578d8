/**
 * A valid event, as ranges of its record's value, or of what contains it. They are UTF-8 without control characters and backslashes. The
 * object is used again for the next record.
 */
export interface AcceptedEvent {
  readonly bytes: Uint8Array;
  readonly type: AcceptedType;
  /** Start of the 36 characters of `event_id`. */
  readonly idStart: number;
  /** RFC 3339 with at most six fractional digits. */
  readonly timeStart: number;
  readonly timeEnd: number;
  /** -1 without a user. */
  readonly userStart: number;
  readonly userEnd: number;
  readonly payloadStart: number;
  readonly payloadEnd: number;
  /** Start and end of each member outside the mapping that is kept, name included. */
  readonly others: readonly number[];
}

/** A type of a definition. */
export interface AcceptedType {
  readonly name: string;
  /** The name in UTF-8, without control characters and backslashes. */
  readonly bytes: Uint8Array;
}
