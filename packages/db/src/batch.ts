import type { DeadLetter, SourceRecord } from './dead-letter.ts';

/** An event as it is stored. Every member is a text that the event's schema has checked. */
export interface EventRow {
  readonly eventId: string;
  readonly eventType: string;
  readonly eventTime: string;
  readonly userId: string;
  /** The JSON that was sent, to the letter. */
  readonly payloadJson: string;
  /** The record that the event was decoded from: what a dead letter keeps should Postgres refuse the row. */
  readonly record: SourceRecord;
}

/** What became of a run of a partition's offsets, up to but not including `nextOffset`; both lists are in offset order. */
export interface Batch {
  readonly topic: string;
  readonly partition: number;
  readonly nextOffset: bigint;
  readonly rows: readonly EventRow[];
  readonly deadLetters: readonly DeadLetter[];
}

/** The part of a batch below an offset and the part from it on. */
export function splitBatch(batch: Batch, at: bigint): readonly [Batch, Batch] {
  const isBelow = ({ record }: { readonly record: SourceRecord }) => BigInt(record.offset) < at;
  const [rows, laterRows] = splitWhere(batch.rows, isBelow);
  const [deadLetters, laterDeadLetters] = splitWhere(batch.deadLetters, isBelow);
  return [
    { ...batch, nextOffset: at, rows, deadLetters },
    { ...batch, rows: laterRows, deadLetters: laterDeadLetters },
  ];
}

function splitWhere<Item>(
  items: readonly Item[],
  isFirst: (item: Item) => boolean,
): readonly [Item[], Item[]] {
  const found = items.findIndex((item) => !isFirst(item));
  const end = found === -1 ? items.length : found;
  return [items.slice(0, end), items.slice(end)];
}

/** How many records a batch holds. */
export function recordCount(batch: Batch): number {
  return batch.rows.length + batch.deadLetters.length;
}
