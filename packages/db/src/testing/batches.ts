import { randomUUID } from 'node:crypto';
import type { DeadLetter, SourceRecord } from '../dead-letters/dead-letter.ts';
import type { Batch } from '../write/batch.ts';
import { type EventRow, EventRows } from '../write/event-rows.ts';

/** A record at an offset. */
export function record(offset: number): SourceRecord {
  return { offset: String(offset), timestamp: '1700000000123', key: null, value: Buffer.from('x') };
}

/** A row with a unique event id, of the same minute as those of other rows. */
export function row(offset: number, change: Partial<EventRow> = {}): EventRow {
  return {
    eventId: `019ab3c1${randomUUID().slice(8)}`,
    eventType: 'page_view',
    eventTime: '2026-11-24T09:30:12.345678Z',
    userId: 'user-1',
    payloadJson: '{"path":"/"}',
    record: record(offset),
    ...change,
  };
}

/** A dead letter at an offset. */
export function deadLetter(offset: number, change: Partial<DeadLetter> = {}): DeadLetter {
  return {
    record: record(offset),
    reason: 'not_json',
    eventType: null,
    detail: 'not JSON',
    sqlstate: null,
    redriveCount: 0,
    ...change,
  };
}

/** A batch that ends with its last record. */
export function batchOf(
  rows: readonly EventRow[],
  deadLetters: readonly DeadLetter[] = [],
  partition = 0,
): Batch {
  const offsets = [...rows, ...deadLetters].map((item) => Number(item.record.offset));
  return {
    topic: 'events',
    partition,
    nextOffset: BigInt(Math.max(...offsets) + 1),
    rows: EventRows.of(rows),
    deadLetters,
  };
}
