import { type Batch, type DeadLetter, type EventRow, EventRows } from '@pipeline/db';
import { type KafkaRecord, type RecordBatch, redriveCountOf } from '@pipeline/kafka';
import type { Accept, AnyEvent, Decoded, DecodeResult, NoEvent, Place, Rejection } from '@pipeline/schema';

/** Decodes a record of a partition. */
export type Decode = (record: KafkaRecord, place: Place) => DecodeResult<AnyEvent> | NoEvent;

const acceptNothing: Accept = () => undefined;

/**
 * Splits the records of a batch into rows and dead letters, both in offset order. Records that are no event by
 * design are neither: their offsets are skipped.
 * @param accept accepts what `decode` would, at a fraction of the cost
 */
export function triage(
  { topic, partition, nextOffset, lastEpoch, records }: Omit<RecordBatch, 'commitOffsets' | 'pausePartition'>,
  decode: Decode,
  accept: Accept = acceptNothing,
): Batch {
  const rows = new EventRows(records.length);
  const deadLetters: DeadLetter[] = [];
  const place = { topic, partition };
  for (const record of records) {
    const event = accept(record.source ?? record.value, record.valueStart, record.valueEnd);
    if (event !== undefined) {
      rows.pushAccepted(event, record);
      continue;
    }
    const result = decode(record, place);
    if (result.ok) rows.push(toRow(record, result));
    else if (result.reason !== null) deadLetters.push(toDeadLetter(record, result));
  }
  return { topic, partition, nextOffset, lastEpoch, rows, deadLetters };
}

/** The row of a decoded event. */
export function toRow(
  record: KafkaRecord,
  { event, payloadJson, attributesJson }: Decoded<AnyEvent>,
): EventRow {
  return {
    eventId: event.event_id,
    eventType: event.event_type,
    eventTime: event.event_time,
    userId: event.user_id,
    payloadJson,
    attributesJson,
    record,
  };
}

function toDeadLetter(record: KafkaRecord, { reason, message, path, eventType }: Rejection): DeadLetter {
  const detail = path === '' ? message : `${path} ${message}`;
  return { record, reason, eventType, detail, sqlstate: null, redriveCount: redriveCountOf(record.headers) };
}
