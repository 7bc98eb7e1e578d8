import { type Batch, splitBatch } from './batch.ts';
import type { DeadLetter, SourceRecord } from './dead-letter.ts';
import { type EventRow, EventRows } from './event-rows.ts';

/** Why the data of a batch cannot be stored: the SQLSTATE and what Postgres said. */
export interface Refusal {
  readonly sqlstate: string;
  readonly message: string;
}

/** A way to write that stores all of a batch, or refuses it and stores nothing. */
export type TryWrite = (batch: Batch) => Promise<Refusal | undefined>;

/** How often a record was redriven already. */
export type CountRedrives = (record: SourceRecord) => number;

/**
 * Writes a batch although some of its rows are refused: halves it until each refused row stands alone, and writes
 * that one as a dead letter. Parts are written in offset order, each in a transaction of its own.
 * One refused row among n costs about 2·log2(n) + 2 writes.
 * @returns the dead letters made of refused rows, in offset order
 * @throws Error when a batch without rows is refused: dead letters themselves must always fit
 */
export async function writeIsolating(
  batch: Batch,
  tryWrite: TryWrite,
  countRedrives: CountRedrives,
): Promise<readonly DeadLetter[]> {
  const refusal = await tryWrite(batch);
  if (refusal === undefined) return [];
  if (batch.rows.length === 0)
    throw new Error(`Postgres refused a dead letter: ${refusal.message} (${refusal.sqlstate})`);
  if (batch.rows.length === 1) return await writeAsDeadLetter(batch, refusal, tryWrite, countRedrives);
  const [left, right] = halve(batch);
  const first = await writeIsolating(left, tryWrite, countRedrives);
  return [...first, ...(await writeIsolating(right, tryWrite, countRedrives))];
}

async function writeAsDeadLetter(
  batch: Batch,
  refusal: Refusal,
  tryWrite: TryWrite,
  countRedrives: CountRedrives,
): Promise<readonly DeadLetter[]> {
  const refused = [...batch.rows].map((row) => refuse(row, refusal, countRedrives(row.record)));
  const deadLetters = [...batch.deadLetters, ...refused].sort(byOffset);
  await writeIsolating({ ...batch, rows: new EventRows(), deadLetters }, tryWrite, countRedrives);
  return refused;
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
