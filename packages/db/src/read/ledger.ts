import type { Database, Sql } from '../client/connect.ts';
import type { AsJson } from './as-json.ts';

/** The ledger's position in a partition. */
export interface LedgerPosition {
  readonly partition: number;
  /** All offsets below are accounted for. */
  readonly nextOffset: bigint;
  /** Age of the last accounted record's timestamp in seconds; null before the first record. */
  readonly recordAgeSeconds: number | null;
}

/** Selects the ledger of a topic, ordered by partition. */
export function selectLedger(sql: Sql, topic: string) {
  return sql`
    select partition, next_offset::text as "nextOffset",
           extract(epoch from clock_timestamp() - last_record_at)::float8 as "recordAgeSeconds"
    from pipeline.ingest_progress where topic = ${topic} order by partition`;
}

/** Reads the ledger of a topic, ordered by partition. */
export async function readLedger(database: Database, topic: string): Promise<readonly LedgerPosition[]> {
  const rows = await database.run((sql) => sql<AsJson<LedgerPosition>[]>`${selectLedger(sql, topic)}`);
  return rows.map(toPosition);
}

/** Converts a row of JSON. */
export function toPosition(row: AsJson<LedgerPosition>): LedgerPosition {
  return { ...row, nextOffset: BigInt(row.nextOffset) };
}
