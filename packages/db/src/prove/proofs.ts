import type { Database } from '../client/connect.ts';

/** A proof to store. */
export interface Proof {
  readonly startedAt: Date;
  readonly records: bigint;
  readonly differences: bigint;
  /** JSON. */
  readonly receipt: string;
}

/** The newest stored proof. */
export interface StoredProof {
  readonly id: bigint;
  /** RFC 3339, UTC. */
  readonly provenAt: string;
  readonly ageSeconds: number;
  /** Number of records that were read. */
  readonly records: bigint;
  /** Those of them that were judged: neither left out by a sample nor before the start of the ledger. */
  readonly judged: bigint;
  readonly differences: bigint;
  readonly isSample: boolean;
  /** Why rows without a record were not looked for; null if they were. */
  readonly rowsNotChecked: string | null;
}

/** Stores a proof. */
export async function keepProof(
  database: Database,
  { startedAt, records, differences, receipt }: Proof,
): Promise<void> {
  await database.run(
    (sql) => sql`
      insert into pipeline.proofs (started_at, records, differences, receipt)
      values (${startedAt}, ${records}, ${differences}, ${receipt}::text::jsonb)`,
  );
}

/** Reads the receipt of the newest proof, which is JSON; null if there is none. */
export async function readNewestReceipt(database: Database): Promise<unknown> {
  const [newest] = await database.run(
    (sql) => sql<{ receipt: unknown }[]>`select receipt from pipeline.proofs order by proof_id desc limit 1`,
  );
  return newest?.receipt ?? null;
}

/** Reads the newest proof; null if there is none. */
export async function readNewestProof(database: Database): Promise<StoredProof | null> {
  const [proof] = await database.run(
    (sql) => sql<StoredProof[]>`
      select proof_id as id, to_char(proven_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "provenAt",
             extract(epoch from clock_timestamp() - proven_at)::float8 as "ageSeconds", records, differences,
             records - coalesce((receipt->>'unsampled')::bigint, 0) - coalesce((receipt->>'beforeLedger')::bigint, 0)
               as judged,
             coalesce(receipt->>'sample', '1') <> '1' as "isSample", receipt->>'rowsNotChecked' as "rowsNotChecked"
      from pipeline.proofs order by proof_id desc limit 1`,
  );
  return proof ?? null;
}
