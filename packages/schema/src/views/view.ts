/** A Postgres type of a view's column. */
export type ColumnType = 'uuid' | 'text' | 'bigint' | 'numeric' | 'boolean' | 'timestamptz' | 'jsonb';

/** A column of a view. */
export interface ViewColumn {
  /** At most 63 bytes of UTF-8. */
  readonly name: string;
  readonly type: ColumnType;
  /** The member of the payload that it shows; null for a column of `raw_events`. */
  readonly member: string | null;
  /** From the schema; null if it has none. */
  readonly description: string | null;
}

/** The view of the events of one type. */
export interface EventView {
  /** At most 63 bytes of UTF-8. */
  readonly name: string;
  readonly eventType: string;
  /** From the schema; null if it has none. */
  readonly description: string | null;
  /** Those of `raw_events` first, then one per member of the payload, in the order of the schema. */
  readonly columns: readonly ViewColumn[];
}
