import type { DeadLetter, SourceRecord } from '../dead-letters/dead-letter.ts';
import { type Batch, splitBatch } from './batch.ts';
import { type EventRow, EventRows } from './event-rows.ts';

/** Why Postgres rejects the data of a batch. */
export interface Refusal {
  readonly sqlstate: string;
  readonly message: string;
}

/** The operations that isolating needs. */
export interface Store {
  /** Writes the whole batch, or returns why Postgres rejected it and writes nothing. */
  readonly tryWrite: (batch: Batch) => Promise<Refusal | undefined>;
  /** Rows that Postgres will reject, by index. May miss some. */
  readonly findInvalidRows: (rows: EventRows) => Promise<ReadonlyMap<number, Refusal>>;
  /** Number of times that a record was redriven. */
  readonly countRedrives: (record: SourceRecord) => number;
}

/**
 * Writes a batch in which some rows may be invalid. Rows that `findInvalidRows` reports become dead letters
 * of the same batch, at the cost of two more statements. A row that it misses is isolated by bisecting the
 * batch, at about 2·log2(n) + 2 writes and log2(n) queries. The parts are written in offset order, each in
 * its own transaction.
 * @returns the dead letters made from invalid rows, in offset order
 * @throws Error if a batch without rows is rejected: dead letters must always be storable
 */
export async function writeIsolating(batch: Batch, store: Store): Promise<readonly DeadLetter[]> {
  const refusal = await store.tryWrite(batch);
  if (refusal === undefined) return [];
  if (batch.rows.length === 0)
    throw new Error(`Postgres rejected a dead letter: ${refusal.message} (${refusal.sqlstate})`);
  const found = batch.rows.length === 1 ? new Map([[0, refusal]]) : await store.findInvalidRows(batch.rows);
  if (found.size > 0) return await writeWithout(batch, found, store);
  const [left, right] = halve(batch);
  const first = await writeIsolating(left, store);
  return [...first, ...(await writeIsolating(right, store))];
}

/** Writes a batch, with the given rows as dead letters. */
async function writeWithout(
  batch: Batch,
  found: ReadonlyMap<number, Refusal>,
  store: Store,
): Promise<readonly DeadLetter[]> {
  const rows = new EventRows();
  const refused: DeadLetter[] = [];
  for (const [index, row] of [...batch.rows].entries()) {
    const refusal = found.get(index);
    if (refusal === undefined) rows.push(row);
    else refused.push(refuse(row, refusal, store.countRedrives(row.record)));
  }
  const deadLetters = [...batch.deadLetters, ...refused].sort(byOffset);
  const others = await writeIsolating({ ...batch, rows, deadLetters }, store);
  return [...refused, ...others].sort(byOffset);
}

function refuse(
  { record, eventType }: EventRow,
  { sqlstate, message }: Refusal,
  redriveCount: number,
): DeadLetter {
  return {
    record,
    reason: 'refused_by_database',
    eventType,
    detail: withoutValue(message),
    sqlstate,
    redriveCount,
  };
}

/** Removes the invalid value, which Postgres quotes at the end of its message: it is event data. */
function withoutValue(message: string): string {
  return message.replace(/: ".*$/s, '');
}

function byOffset(a: DeadLetter, b: DeadLetter): number {
  return BigInt(a.record.offset) < BigInt(b.record.offset) ? -1 : 1;
}

/** Splits a batch into two parts with the same number of rows, or one more in the first. */
function halve(batch: Batch): readonly [Batch, Batch] {
  const middle = batch.rows.records[Math.ceil(batch.rows.length / 2)];
  if (middle === undefined) throw new RangeError('a batch of fewer than two rows has no halves');
  return splitBatch(batch, BigInt(middle.offset));
}
