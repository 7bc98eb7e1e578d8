/** How the events of a group are combined. */
export type Aggregate = 'count' | 'sum' | 'min' | 'max';

/** A roll-up as it is declared, unchecked. */
export interface DeclaredRollup {
  readonly aggregate: Aggregate;
  /** The JSON Pointer of the number; not read for `count`. */
  readonly member?: string;
  /** The JSON Pointers of the key. */
  readonly members?: readonly string[];
  readonly bucket?: string;
  readonly keys?: number;
}

/** A member of the payload that is a part of a roll-up's key. */
export interface Dimension {
  /** Its column in the view: at most 63 bytes of UTF-8. */
  readonly name: string;
  /** The names that lead to it. */
  readonly path: readonly string[];
}

/** A roll-up of the events of one type by time bucket and key. */
export interface Rollup {
  readonly eventType: string;
  /** Unique for the type. */
  readonly name: string;
  readonly aggregate: Aggregate;
  /** The names that lead to the number; null for `count`. */
  readonly member: readonly string[] | null;
  /** At most three. */
  readonly dimensions: readonly Dimension[];
  /** Between 1 and 1,440, which it divides. */
  readonly bucketMinutes: number;
  /** Number of different keys that are kept. */
  readonly keyLimit: number;
  /** At most 63 bytes of UTF-8. */
  readonly viewName: string;
}
