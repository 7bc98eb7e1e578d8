import { createHash } from 'node:crypto';
import type { Database } from '../client/connect.ts';
import type { Batch } from './batch.ts';
import { plainArray } from './columns/array-literal.ts';
import type { Refusal } from './isolate.ts';
import { recordTime } from './record-time.ts';

interface FoundDeadLetter extends Refusal {
  readonly offset: bigint;
}

/**
 * Finds the rows of a batch that an earlier attempt has stored as dead letters. They would be refused again,
 * and isolating them again could take longer than a supervisor waits for progress.
 * @returns the reasons by index of the row
 * @throws the driver's error
 */
export async function findDeadLettered(
  database: Database,
  { topic, partition, rows: { records } }: Batch,
): Promise<ReadonlyMap<number, Refusal>> {
  const found = await database.run(
    (sql) => sql<FoundDeadLetter[]>`
      select source_offset as "offset", sqlstate, detail as message
      from unnest(${plainArray(records.map(({ offset }) => offset))}::bigint[],
                  ${plainArray(records.map(recordTime))}::bigint[],
                  ${plainArray(records.map(({ value }) => sha256(value)))}::text[]) as incoming (source_offset, timestamp_ms, hash)
      join pipeline.dlq_events as stored using (source_offset)
      join pipeline.ingest_progress as ledger on topic = source_topic and partition = source_partition
      where source_topic = ${topic} and source_partition = ${partition} and reason = 'refused_by_database'
        and source_timestamp = timestamptz 'epoch' + timestamp_ms * interval '1 ms'
        and encode(sha256(coalesce(value, '')), 'hex') = hash and coalesce(source_topic_id = topic_id, true)`,
  );
  const indexes = new Map(records.map(({ offset }, index) => [offset, index]));
  return new Map(found.map(({ offset, ...refusal }) => [indexes.get(String(offset)) ?? -1, refusal]));
}

function sha256(value: Buffer | null): string {
  return createHash('sha256')
    .update(value ?? '')
    .digest('hex');
}
