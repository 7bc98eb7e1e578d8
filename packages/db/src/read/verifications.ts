import type { Database, Sql } from '../client/connect.ts';

/** The result of a comparison of all tables. */
export interface VerificationResult {
  /** Number of rows in `raw_events`. */
  readonly events: bigint;
  /** Number of values that should be equal and were not. */
  readonly differences: bigint;
}

/** A result that was kept. */
export interface KeptVerification extends VerificationResult {
  /** RFC 3339, UTC. */
  readonly verifiedAt: string;
}

/** Selects the latest result; no row if there is none. */
export function selectLatestVerification(sql: Sql) {
  return sql`
    select to_char(verified_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "verifiedAt",
           events::text, differences::text
    from pipeline.verifications order by verification_id desc limit 1`;
}

/**
 * Adds a result, also if transactions of the login are read-only by default: behind a transaction pooler, the session
 * cannot change that. @throws the driver's error, also if the login has no right to write it
 */
export async function keepVerification(
  database: Database,
  { events, differences }: VerificationResult,
): Promise<void> {
  const insert = `insert into pipeline.verifications (events, differences) values (${events}, ${differences})`;
  await database.runAside((sql) => sql.unsafe(`begin read write; ${insert}; commit`).simple());
}
