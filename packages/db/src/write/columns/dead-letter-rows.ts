import { type DeadLetter, headersToJson } from '../../dead-letters/dead-letter.ts';
import type { Batch } from '../batch.ts';
import { recordTime } from '../record-time.ts';
import { BinaryRows, binaryField, binaryInt, rowStart } from './binary-rows.ts';

/** The columns of `deadLetterRows`, in their order. */
export const deadLetterColumns = [
  ...['source_topic', 'source_partition', 'source_topic_id', 'source_offset', 'source_timestamp'],
  ...['key', 'value', 'headers', 'event_type', 'reason', 'detail', 'sqlstate', 'redrive_count'],
] as const;

/** Enough for most dead letters. */
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
  const errors = new Map<string, Buffer>();
  const rows = new BinaryRows(ROW_BYTES * deadLetters.length);
  for (const deadLetter of deadLetters) {
    const { record } = deadLetter;
    rows.append(start);
    rows.appendBigint(BigInt(record.offset));
    rows.appendBigint(microseconds(recordTime(record)));
    rows.appendBytes(record.key);
    rows.appendBytes(record.value);
    rows.append(headersField(headersToJson(record.headers)));
    rows.append(errorFields(errors, deadLetter));
  }
  return rows.end();
}

/** 2000-01-01, from which on Postgres counts, in milliseconds since 1970. */
const POSTGRES_EPOCH_MS = 946_684_800_000;

/** Rounded as an interval is that Postgres multiplies by the milliseconds, as the other forms do. */
function microseconds(ms: string): bigint {
  return BigInt(1_000 * Number(ms)) - 1_000n * BigInt(POSTGRES_EPOCH_MS);
}

/** The version of jsonb's binary format, which is otherwise its text. */
const JSONB_VERSION = '\u0001';

const noHeaders = binaryField(`${JSONB_VERSION}{}`);

function headersField(json: string): Buffer {
  return json === '{}' ? noHeaders : binaryField(`${JSONB_VERSION}${json}`);
}

/** The other columns, which most dead letters of a batch have in common. */
function errorFields(
  encoded: Map<string, Buffer>,
  { eventType, reason, detail, sqlstate, redriveCount }: DeadLetter,
): Buffer {
  const id = `${reason} ${sqlstate} ${redriveCount} ${detail}\n${eventType}`;
  const found = encoded.get(id);
  if (found !== undefined) return found;
  const texts = [eventType, reason, detail, sqlstate].map(binaryField);
  const fields = Buffer.concat([...texts, binaryInt(redriveCount)]);
  encoded.set(id, fields);
  return fields;
}
