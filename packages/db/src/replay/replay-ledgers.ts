import type { Database } from '../client/connect.ts';
import type { PartitionName } from '../write/batch.ts';
import { textArray } from '../write/columns/array-literal.ts';
import { BUILT_IN_IDENTITY, otherIdentity } from '../write/identity.ts';

/** A ledger next to which records of its partition are replayed. */
export interface ReplayLedger extends PartitionName {
  /** Records below are accounted for, and may be replayed. */
  readonly nextOffset: bigint;
  /** A later reset ends the replay: the offsets belong to another log then. */
  readonly resets: number;
  /** Hexadecimal; null if unknown. */
  readonly topicId: string | null;
  /** Id of the Kafka cluster; null if unknown. */
  readonly clusterId: string | null;
}

/**
 * Reads the ledgers of some topics, ordered by topic and partition.
 * @param identity the rule by which event ids are found, as JSON
 * @throws UserError if a topic has events by another rule, the driver's error
 */
export async function readReplayLedgers(
  database: Database,
  topics: readonly string[],
  identity: string,
): Promise<readonly ReplayLedger[]> {
  const rows = await database.run(
    (sql) => sql<(ReplayLedger & { readonly identity: string })[]>`
      select topic, partition, next_offset as "nextOffset", resets, replace(topic_id::text, '-', '') as "topicId",
             cluster_id as "clusterId", coalesce(identity, ${BUILT_IN_IDENTITY}) as identity
      from pipeline.ingest_progress where topic = any(${textArray(topics)}::text[]) order by topic, partition`,
  );
  const other = rows.find((row) => row.identity !== identity);
  if (other !== undefined) throw otherIdentity(other.topic, other.identity, identity);
  return rows;
}
