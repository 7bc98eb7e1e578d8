import type { Database, Sql } from '../client/connect.ts';
import type { AsJson } from '../read/as-json.ts';
import type { PartitionName } from '../write/batch.ts';
import { plainArray, textArray } from '../write/columns/array-literal.ts';

/** A partition that an operator has paused. */
export interface PausedPartition extends PartitionName {
  /** Acting user. */
  readonly by: string;
  /** Empty if none was given. */
  readonly reason: string;
  /** RFC 3339, UTC. */
  readonly pausedAt: string;
}

/** Selects the paused partitions of some topics, ordered by topic and partition. */
export function selectPauses(sql: Sql, topics: readonly string[]) {
  return sql`
    select topic, partition, paused_by as by, reason,
           to_char(paused_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "pausedAt"
    from pipeline.paused_partitions where topic = any(${textArray(topics)}::text[]) order by topic, partition`;
}

/** Reads the paused partitions of some topics, ordered by topic and partition. @throws the driver's error */
export async function readPauses(
  database: Database,
  topics: readonly string[],
): Promise<readonly PausedPartition[]> {
  return await database.run((sql) => sql<AsJson<PausedPartition>[]>`${selectPauses(sql, topics)}`);
}

/** What has become of a partition that was to be paused or resumed. */
export interface PauseResult extends PartitionName {
  /** `unknown`: it has no ledger, because no consumer has read it yet; then none was changed. */
  readonly result: 'changed' | 'unchanged' | 'unknown';
}

/**
 * Pauses partitions that have a ledger, all or none. One that is paused already stays as it is.
 * @throws the driver's error
 */
export async function pausePartitions(
  database: Database,
  partitions: readonly PartitionName[],
  { by, reason }: Pick<PausedPartition, 'by' | 'reason'>,
): Promise<readonly PauseResult[]> {
  return await database.run(
    (sql) => sql<PauseResult[]>`
      with ${selectWanted(sql, partitions)}, changed as (
        insert into pipeline.paused_partitions (topic, partition, paused_by, reason)
        select topic, partition, ${by}, ${reason} from wanted where not exists (select from wanted where is_unknown)
        order by 1, 2 on conflict do nothing returning topic, partition
      ) ${selectResults(sql)}`,
  );
}

/** Resumes partitions that have a ledger or are paused, all or none. @throws the driver's error */
export async function resumePartitions(
  database: Database,
  partitions: readonly PartitionName[],
): Promise<readonly PauseResult[]> {
  return await database.run(
    (sql) => sql<PauseResult[]>`
      with ${selectWanted(sql, partitions)}, changed as (
        delete from pipeline.paused_partitions
        where (topic, partition) in (select topic, partition from wanted)
          and not exists (select from wanted where is_unknown)
        returning topic, partition
      ) ${selectResults(sql)}`,
  );
}

function selectWanted(sql: Sql, partitions: readonly PartitionName[]) {
  const topics = textArray(partitions.map(({ topic }) => topic));
  const numbers = plainArray(partitions.map(({ partition }) => String(partition)));
  return sql`known as (
        select topic, partition from pipeline.ingest_progress
        union all select topic, partition from pipeline.paused_partitions
      ), wanted as materialized (
        select distinct topic, partition, (topic, partition) not in (select topic, partition from known) as is_unknown
        from unnest(${topics}::text[], ${numbers}::int[]) as given (topic, partition)
      )`;
}

function selectResults(sql: Sql) {
  return sql`
      select topic, partition,
             case when is_unknown then 'unknown'
                  when (topic, partition) in (select topic, partition from changed) then 'changed'
                  else 'unchanged' end as result
      from wanted order by topic, partition`;
}
