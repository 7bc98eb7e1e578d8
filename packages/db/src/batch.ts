import type { DeadLetter, SourceRecord } from './dead-letter.ts';
import type { EventRows } from './event-rows.ts';

/** What became of a run of a partition's offsets, up to but not including `nextOffset`; both lists are in offset order. */
export interface Batch {
  readonly topic: string;
  readonly partition: number;
  readonly nextOffset: bigint;
  readonly rows: EventRows;
  readonly deadLetters: readonly DeadLetter[];
}

/** The part of a batch below an offset and the part from it on. */
export function splitBatch(batch: Batch, at: bigint): readonly [Batch, Batch] {
  const { rows, deadLetters } = batch;
  const row = countBelow(rows.records, at);
  const letter = countBelow(
    deadLetters.map(({ record }) => record),
    at,
  );
  return [
    { ...batch, nextOffset: at, rows: rows.slice(0, row), deadLetters: deadLetters.slice(0, letter) },
    { ...batch, rows: rows.slice(row), deadLetters: deadLetters.slice(letter) },
  ];
}

function countBelow(records: readonly SourceRecord[], at: bigint): number {
  const found = records.findIndex(({ offset }) => BigInt(offset) >= at);
  return found === -1 ? records.length : found;
}

/** How many records a batch holds. */
export function recordCount(batch: Batch): number {
  return batch.rows.length + batch.deadLetters.length;
}
