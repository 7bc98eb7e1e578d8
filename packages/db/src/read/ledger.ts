import type { Database, Sql } from '../client/connect.ts';
import type { PartitionName } from '../write/batch.ts';
import { textArray } from '../write/columns/array-literal.ts';
import type { AsJson } from './as-json.ts';

/** The ledger's position in a partition. */
export interface LedgerPosition extends PartitionName {
  /** All offsets below are accounted for. */
  readonly nextOffset: bigint;
  /** Age of the last accounted record's timestamp in seconds; null before the first record. */
  readonly recordAgeSeconds: number | null;
}

/** Selects the ledgers of some topics, ordered by topic and partition. */
export function selectLedger(sql: Sql, topics: readonly string[]) {
  return sql`
    select topic, partition, next_offset::text as "nextOffset",
           extract(epoch from clock_timestamp() - last_record_at)::float8 as "recordAgeSeconds"
    from pipeline.ingest_progress where topic = any(${textArray(topics)}::text[]) order by topic, partition`;
}

/** Reads the ledgers of some topics, ordered by topic and partition. */
export async function readLedger(
  database: Database,
  topics: readonly string[],
): Promise<readonly LedgerPosition[]> {
  const rows = await database.run((sql) => sql<AsJson<LedgerPosition>[]>`${selectLedger(sql, topics)}`);
  return rows.map(toPosition);
}

/** Converts a row of JSON. */
export function toPosition(row: AsJson<LedgerPosition>): LedgerPosition {
  return { ...row, nextOffset: BigInt(row.nextOffset) };
}
