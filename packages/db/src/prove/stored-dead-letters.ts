import { createHash } from 'node:crypto';
import type { Database } from '../client/connect.ts';
import { headersFromJson, type SourceHeaders, type SourceRecord } from '../dead-letters/dead-letter.ts';
import type { PartitionName } from '../write/batch.ts';
import { recordTime } from '../write/record-time.ts';

/** A row of `dlq_events`, with hashes in place of key and value. */
export interface StoredDeadLetter {
  readonly id: bigint;
  readonly offset: bigint;
  /** Milliseconds since 1970. */
  readonly timestamp: bigint;
  /** Kafka's id of the topic, hexadecimal; null if it is unknown. */
  readonly topicId: string | null;
  /** SHA-256 in hexadecimal; null if the record has none. */
  readonly keyHash: string | null;
  readonly valueHash: string | null;
  readonly headers: SourceHeaders;
}

type Row = Omit<StoredDeadLetter, 'headers'> & { readonly headers: Readonly<Record<string, unknown>> };

/** Offsets of a partition from `start` to before `end`. */
interface Range extends PartitionName {
  readonly start: bigint;
  readonly end: bigint;
}

/** Reads the dead letters of a range of offsets. */
export async function readDeadLettersOf(
  database: Database,
  { topic, partition, start, end }: Range,
): Promise<readonly StoredDeadLetter[]> {
  const rows = await database.run(
    (sql) => sql<Row[]>`
      select dlq_id as id, source_offset as "offset", replace(source_topic_id::text, '-', '') as "topicId", headers,
             (extract(epoch from source_timestamp) * 1000)::bigint as timestamp,
             encode(sha256(key), 'hex') as "keyHash", encode(sha256(value), 'hex') as "valueHash"
      from pipeline.dlq_events
      where source_topic = ${topic} and source_partition = ${partition}
        and source_offset >= ${start} and source_offset < ${end}`,
  );
  return rows.map((row) => ({ ...row, headers: headersFromJson(row.headers) }));
}

/** The names of the columns in which a dead letter differs from its record. */
export function differencesOf(letter: StoredDeadLetter, record: SourceRecord): readonly string[] {
  return [
    ...(letter.keyHash === hashOf(record.key) ? [] : ['key']),
    ...(letter.valueHash === hashOf(record.value) ? [] : ['value']),
    ...(isSame(letter.headers, record.headers) ? [] : ['headers']),
  ];
}

/** Whether a dead letter has the timestamp of a record. */
export function hasTimeOf({ timestamp }: StoredDeadLetter, record: SourceRecord): boolean {
  return timestamp === BigInt(recordTime(record));
}

function hashOf(bytes: Buffer | null): string | null {
  return bytes === null ? null : createHash('sha256').update(bytes).digest('hex');
}

/** Text and bytes of the same content are equal. */
function isSame(stored: SourceHeaders, headers: SourceHeaders = []): boolean {
  const toText = (part: string | Buffer | null) => part && Buffer.from(part).toString('latin1');
  const normalize = (all: SourceHeaders) => JSON.stringify(all.map((header) => header.map(toText)));
  return normalize(stored) === normalize(headers);
}
