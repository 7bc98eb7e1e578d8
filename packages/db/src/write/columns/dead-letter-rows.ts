import { type DeadLetter, headersToJson } from '../../dead-letters/dead-letter.ts';
import type { Batch } from '../batch.ts';
import { recordTime } from '../record-time.ts';
import { BinaryRows, binaryField, binaryInt, rowStart } from './binary-rows.ts';

/** The columns of `deadLetterRows`, in their order. */
export const deadLetterColumns = [
  ...['source_topic', 'source_partition', 'source_topic_id', 'source_offset', 'source_timestamp'],
  ...['key', 'value', 'headers', 'event_type', 'reason', 'detail', 'sqlstate', 'redrive_count'],
] as const;

/** Enough for most dead letters, besides their keys and values. */
const ROW_BYTES = 256;

/**
 * The dead letters of a batch in COPY's binary format. What rows have in common is encoded once.
 * @param topicId id of the topic, as in the ledger; null if it is unknown
 */
export function deadLetterRows({ topic, partition, deadLetters }: Batch, topicId: string | null): Buffer {
  const id = topicId === null ? null : Buffer.from(topicId.replaceAll('-', ''), 'hex');
  const start = Buffer.concat([
    ...[rowStart(deadLetterColumns.length), binaryField(topic), binaryInt(partition), binaryField(id)],
  ]);
  let last: { readonly error: DeadLetter; readonly fields: Buffer } | undefined;
  const rows = new BinaryRows(deadLetters.reduce((size, { record }) => size + rowBytes(record), 0));
  for (const deadLetter of deadLetters) {
    const { record } = deadLetter;
    rows.append(start);
    rows.appendInt64(toInteger(record.offset));
    rows.appendInt64(microseconds(recordTime(record)));
    rows.appendBytes(record.key);
    rows.appendBytes(record.value);
    rows.append(headersField(headersToJson(record.headers)));
    if (last === undefined || !isSame(last.error, deadLetter))
      last = { error: deadLetter, fields: errorFields(deadLetter) };
    rows.append(last.fields);
  }
  return rows.bytes;
}

/** To grow the rows instead would take twice the memory of a large value. */
function rowBytes({ key, value }: DeadLetter['record']): number {
  return ROW_BYTES + (key?.length ?? 0) + (value?.length ?? 0);
}

/** 2000-01-01, from which on Postgres counts, in microseconds since 1970. */
const POSTGRES_EPOCH = 946_684_800_000_000;

/** Rounded as an interval is that Postgres multiplies by the milliseconds, as the other forms do. */
function microseconds(ms: string): number | bigint {
  const since1970 = 1_000 * Number(ms);
  const since2000 = since1970 - POSTGRES_EPOCH;
  return Number.isSafeInteger(since2000) ? since2000 : BigInt(since1970) - BigInt(POSTGRES_EPOCH);
}

function toInteger(decimal: string): number | bigint {
  const number = Number(decimal);
  return Number.isSafeInteger(number) ? number : BigInt(decimal);
}

/** The version of jsonb's binary format, which is otherwise its text. */
const JSONB_VERSION = '\u0001';

const noHeaders = binaryField(`${JSONB_VERSION}{}`);

function headersField(json: string): Buffer {
  return json === '{}' ? noHeaders : binaryField(`${JSONB_VERSION}${json}`);
}

/** Most dead letters of a batch have the same error as the one before. */
function isSame(one: DeadLetter, other: DeadLetter): boolean {
  return (
    one.detail === other.detail &&
    one.reason === other.reason &&
    one.eventType === other.eventType &&
    one.sqlstate === other.sqlstate &&
    one.redriveCount === other.redriveCount
  );
}

/** The other columns. */
function errorFields({ eventType, reason, detail, sqlstate, redriveCount }: DeadLetter): Buffer {
  const texts = [eventType, reason, detail, sqlstate].map(binaryField);
  return Buffer.concat([...texts, binaryInt(redriveCount)]);
}
