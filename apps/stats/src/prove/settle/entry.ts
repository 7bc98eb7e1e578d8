/** What is known of an event id at one place: a row, or a record with this id. */
export const kinds = ['row', 'equal', 'unlike', 'different', 'absent', 'deadLetter'] as const;

export type Kind = (typeof kinds)[number];

/** An occurrence of an event id. */
export interface Entry {
  readonly kind: Kind;
  /** Index of the record's partition in the plan; 0 for a row. */
  readonly partition: number;
  /** The record's offset; 0 for a row. */
  readonly offset: bigint;
  /** Of a different record: the columns, as a bit set of `eventColumns`. Of an absent one: see `Absence`. */
  readonly detail: number;
}

/** The columns of an event, in the order of their bits. */
const eventColumns = ['event_type', 'event_time', 'user_id', 'payload', 'attributes'];

/** @param columns comma-separated names */
export function columnsToBits(columns: string): number {
  return eventColumns.reduce((bits, name, index) => bits | (columns.includes(name) ? 1 << index : 0), 0);
}

export function bitsToColumns(bits: number): readonly string[] {
  return eventColumns.filter((_, index) => bits & (1 << index));
}

/** Why an event may be absent. */
export interface Absence {
  /** Position in the list of limits of the purge that its time is before; undefined if there is none. */
  readonly limit?: number | undefined;
  /** Whether the present definition or Postgres rejects it, so that it may have been a dead letter. */
  readonly isRejected: boolean;
}

export function absenceToDetail({ limit = -1, isRejected }: Absence): number {
  return 2 * (limit + 1) + (isRejected ? 1 : 0);
}

export function detailToAbsence(detail: number): Absence {
  const limit = (detail >>> 1) - 1;
  return { limit: limit < 0 ? undefined : limit, isRejected: detail % 2 === 1 };
}
