import { type Batch, type DeadLetter, type EventRow, EventRows } from '@pipeline/db';
import { type KafkaRecord, type RecordBatch, redriveCountOf } from '@pipeline/kafka';
import type { DecodeResult, Rejection } from '@pipeline/schema';

/** Decodes a record's value. */
export type Decode = (bytes: Uint8Array | null) => DecodeResult;

/** Splits the records of a batch into rows and dead letters, both in offset order. */
export function triage(
  { topic, partition, nextOffset, lastEpoch, records }: RecordBatch,
  decode: Decode,
): Batch {
  const rows = new EventRows();
  const deadLetters: DeadLetter[] = [];
  for (const record of records) {
    const result = decode(record.value);
    if (result.ok) rows.push(toRow(record, result));
    else deadLetters.push(toDeadLetter(record, result));
  }
  return { topic, partition, nextOffset, lastEpoch, rows, deadLetters };
}

function toRow(record: KafkaRecord, { event, payloadJson }: Extract<DecodeResult, { ok: true }>): EventRow {
  return {
    eventId: event.event_id,
    eventType: event.event_type,
    eventTime: event.event_time,
    userId: event.user_id,
    payloadJson,
    record,
  };
}

function toDeadLetter(record: KafkaRecord, { reason, message, path, eventType }: Rejection): DeadLetter {
  const detail = path === '' ? message : `${path} ${message}`;
  return { record, reason, eventType, detail, sqlstate: null, redriveCount: redriveCountOf(record.headers) };
}
