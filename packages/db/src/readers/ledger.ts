import type { Database } from '../connect.ts';

/** Where the ledger of a partition stands. */
export interface LedgerPosition {
  readonly partition: number;
  readonly nextOffset: bigint;
  /** Seconds since the last accounted record was sent; null before the first. */
  readonly recordAgeSeconds: number | null;
}

/** Reads the ledger of a topic, ordered by partition. */
export async function readLedger(database: Database, topic: string): Promise<readonly LedgerPosition[]> {
  return await database.run(
    (sql) => sql<LedgerPosition[]>`
      select partition, next_offset as "nextOffset",
             extract(epoch from clock_timestamp() - last_record_at)::float8 as "recordAgeSeconds"
      from ingest_progress where topic = ${topic} order by partition`,
  );
}
