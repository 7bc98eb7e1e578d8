import { detailToAbsence, type Entry } from './entry.ts';

/** What the occurrences of an event id turned out to be. Each record is in one of the lists. */
export interface GroupVerdict {
  /** The record that is stored exactly as sent. */
  readonly stored: Entry | undefined;
  /** The first of the records that differ from the row, if none is equal to it. */
  readonly different: Entry | undefined;
  /** The first of the records, if there is no row. */
  readonly absent: Entry | undefined;
  /** The other records, which repeat the first one. */
  readonly duplicates: readonly Entry[];
  /** Those with other content than the row, if another record is equal to it. */
  readonly conflicting: readonly Entry[];
  /** Whether the table has a row that no record accounts for. */
  readonly isUnaccounted: boolean;
}

/**
 * Judges the occurrences of an event id. A row that was purged between two reads counts as a duplicate of itself.
 * @param entries in the order in which they were read
 * @param isAccounted whether the ledger accounts for a record
 */
export function judgeGroup(entries: readonly Entry[], isAccounted: (entry: Entry) => boolean): GroupVerdict {
  if (isUsual(entries)) return { ...usual, stored: entries.at(-1) };
  const of = (...wanted: readonly Entry['kind'][]) => entries.filter(({ kind }) => wanted.includes(kind));
  const [equal, other, gone] = [of('equal', 'unlike'), of('different'), of('absent')];
  const [stored] = equal;
  const different = stored === undefined ? other[0] : undefined;
  const absent = (stored ?? different) === undefined ? firstAbsent(gone, isAccounted) : undefined;
  const first = stored ?? different ?? absent;
  const conflicting = stored === undefined ? [] : other;
  const duplicates = entries.filter(
    (entry) =>
      entry !== first && entry.kind !== 'row' && entry.kind !== 'deadLetter' && !conflicting.includes(entry),
  );
  return { stored, different, absent, duplicates, conflicting, isUnaccounted: entries.every(isRow) };
}

/** Nearly all events: one record, and its row if rows are checked. */
function isUsual(entries: readonly Entry[]): boolean {
  const [first, second] = entries;
  if (entries.length > 2) return false;
  return second === undefined ? first?.kind === 'equal' : first?.kind === 'row' && second.kind === 'equal';
}

const usual = {
  different: undefined,
  absent: undefined,
  duplicates: [],
  conflicting: [],
  isUnaccounted: false,
};

const isRow = ({ kind }: Entry) => kind === 'row';

/** One that may have been purged accounts for the others, then one that must have been stored. */
function firstAbsent(gone: readonly Entry[], isAccounted: (entry: Entry) => boolean): Entry | undefined {
  const isPurged = ({ detail }: Entry) => detailToAbsence(detail).limit !== undefined;
  return gone.find(isPurged) ?? gone.find(isAccounted) ?? gone[0];
}
