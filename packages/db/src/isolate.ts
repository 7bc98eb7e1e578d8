import { type Batch, splitBatch } from './batch.ts';
import type { DeadLetter, SourceRecord } from './dead-letter.ts';
import { type EventRow, EventRows } from './event-rows.ts';

/** Why the data of a batch cannot be stored: the SQLSTATE and what Postgres said. */
export interface Refusal {
  readonly sqlstate: string;
  readonly message: string;
}

/** Where batches are written. */
export interface Store {
  /** Stores all of a batch, or refuses it and stores nothing. */
  readonly tryWrite: (batch: Batch) => Promise<Refusal | undefined>;
  /** Rows that will be refused, by index, as far as it can be told beforehand. */
  readonly findInvalidRows: (rows: EventRows) => Promise<ReadonlyMap<number, Refusal>>;
  /** How often a record was redriven already. */
  readonly countRedrives: (record: SourceRecord) => number;
}

/**
 * Writes a batch although some of its rows are refused: those that the store can name become dead letters of the same
 * batch, which costs two statements more, however many they are. For one that it cannot name the batch is halved until the
 * row stands alone, at some 2·log2(n) + 2 writes and log2(n) questions; parts are written in offset order, each in a
 * transaction of its own.
 * @returns the dead letters made of refused rows, in offset order
 * @throws Error when a batch without rows is refused: dead letters themselves must always fit
 */
export async function writeIsolating(batch: Batch, store: Store): Promise<readonly DeadLetter[]> {
  const refusal = await store.tryWrite(batch);
  if (refusal === undefined) return [];
  if (batch.rows.length === 0)
    throw new Error(`Postgres refused a dead letter: ${refusal.message} (${refusal.sqlstate})`);
  const found = batch.rows.length === 1 ? new Map([[0, refusal]]) : await store.findInvalidRows(batch.rows);
  if (found.size > 0) return await writeWithout(batch, found, store);
  const [left, right] = halve(batch);
  const first = await writeIsolating(left, store);
  return [...first, ...(await writeIsolating(right, store))];
}

/** Writes a batch with some of its rows as dead letters. */
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

/** Postgres quotes what it could not read at the end of its message: that is the event's content. */
function withoutValue(message: string): string {
  return message.replace(/: ".*$/s, '');
}

function byOffset(a: DeadLetter, b: DeadLetter): number {
  return BigInt(a.record.offset) < BigInt(b.record.offset) ? -1 : 1;
}

/** Two parts with as many rows each, give or take one. */
function halve(batch: Batch): readonly [Batch, Batch] {
  const middle = batch.rows.records[Math.ceil(batch.rows.length / 2)];
  if (middle === undefined) throw new RangeError('a batch of fewer than two rows has no halves');
  return splitBatch(batch, BigInt(middle.offset));
}
