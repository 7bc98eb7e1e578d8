import type { Database, Sql } from '../connect.ts';
import type { AsJson } from './as-json.ts';

/** Where the ledger of a partition stands. */
export interface LedgerPosition {
  readonly partition: number;
  readonly nextOffset: bigint;
  /** Seconds since the last accounted record was sent; null before the first. */
  readonly recordAgeSeconds: number | null;
}

/** Selects the ledger of a topic, ordered by partition. */
export function selectLedger(sql: Sql, topic: string) {
  return sql`
    select partition, next_offset::text as "nextOffset",
           extract(epoch from clock_timestamp() - last_record_at)::float8 as "recordAgeSeconds"
    from ingest_progress where topic = ${topic} order by partition`;
}

/** Reads the ledger of a topic, ordered by partition. */
export async function readLedger(database: Database, topic: string): Promise<readonly LedgerPosition[]> {
  const rows = await database.run((sql) => sql<AsJson<LedgerPosition>[]>`${selectLedger(sql, topic)}`);
  return rows.map(toPosition);
}

/** A position with its number as a number. */
export function toPosition(row: AsJson<LedgerPosition>): LedgerPosition {
  return { ...row, nextOffset: BigInt(row.nextOffset) };
}
