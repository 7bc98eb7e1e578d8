/** A record of the model: what the pipeline must do with it. */
type Kind = 'good' | 'invalid' | 'refused';

export interface ModelRecord {
  readonly kind: Kind;
  /** Number of the event; two records with one number are duplicates. */
  readonly event: number;
  /** Whether it has other content than another record of the event. */
  readonly isChanged?: boolean;
}

const good = (event: number): ModelRecord => ({ kind: 'good', event });
const changed = (event: number): ModelRecord => ({ ...good(event), isChanged: true });
const invalid: ModelRecord = { kind: 'invalid', event: -1 };
const refused = (event: number): ModelRecord => ({ kind: 'refused', event });

/** Every record that can be in a log. Logs hold indexes of this list. */
export const records: readonly ModelRecord[] = [
  good(0),
  invalid,
  good(1),
  changed(1),
  refused(2),
  good(3),
  good(0),
  invalid,
  good(4),
  good(5),
  good(6),
  good(7),
];

/** An offset without a record, such as a transaction marker. */
export const HOLE = -1;

/** The first log of each partition: a dead letter, a conflicting event across partitions, a gap, a row that Postgres rejects. */
export const firstLogs: readonly (readonly number[])[] = [
  [0, 1, 2],
  [3, HOLE, 4],
];
/** The logs after the topic was recreated. */
export const recreatedLogs: readonly (readonly number[])[] = [[5, 6, 5], [7]];
/** The offset at which a log is cut, and what is written from there on: up to the former end, or beyond it. */
export const CUT = 1;
export const regrowths: readonly (readonly number[])[] = [[9], [9, 10, 11]];

/** What a redrive appends: the record is valid now. */
export const REDRIVEN = 8;

/** Whether a log offset holds a record. */
export function isRecord(number: number | undefined): number is number {
  return number !== undefined && number !== HOLE;
}
