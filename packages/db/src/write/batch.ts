import type { DeadLetter, SourceRecord } from '../dead-letters/dead-letter.ts';
import type { EventRows } from './event-rows.ts';

/** A partition of a topic. */
export interface PartitionName {
  readonly topic: string;
  readonly partition: number;
}

/** Consecutive offsets of a partition, as rows and dead letters in offset order. */
export interface Batch extends PartitionName {
  /** The offset after the batch. */
  readonly nextOffset: bigint;
  /** Leader epoch of the offset before `nextOffset`; undefined if it is unknown. */
  readonly lastEpoch?: number | undefined;
  readonly rows: EventRows;
  readonly deadLetters: readonly DeadLetter[];
}

/**
 * Splits a batch into the records below `at` and those from `at` on. Offsets without a record before `at` are
 * part of the second batch: their leader epoch is unknown.
 */
export function splitBatch(batch: Batch, at: bigint): readonly [Batch, Batch] {
  const { rows, deadLetters } = batch;
  const row = countBelow(rows.records, at);
  const deadLetter = countBelow(
    deadLetters.map(({ record }) => record),
    at,
  );
  const left = { ...batch, rows: rows.slice(0, row), deadLetters: deadLetters.slice(0, deadLetter) };
  const last = lastRecord(left);
  const nextOffset = last === undefined ? at : BigInt(last.offset) + 1n;
  return [
    { ...left, nextOffset, lastEpoch: last?.leaderEpoch },
    { ...batch, rows: rows.slice(row), deadLetters: deadLetters.slice(deadLetter) },
  ];
}

function countBelow(records: readonly SourceRecord[], at: bigint): number {
  const found = records.findIndex(({ offset }) => BigInt(offset) >= at);
  return found === -1 ? records.length : found;
}

/** The record with the highest offset. */
export function lastRecord({ rows, deadLetters }: Batch): SourceRecord | undefined {
  const [row, dead] = [rows.records.at(-1), deadLetters.at(-1)?.record];
  if (row === undefined || dead === undefined) return row ?? dead;
  return BigInt(row.offset) > BigInt(dead.offset) ? row : dead;
}

/** Number of records in a batch. */
export function recordCount(batch: Pick<Batch, 'rows' | 'deadLetters'>): number {
  return batch.rows.length + batch.deadLetters.length;
}
