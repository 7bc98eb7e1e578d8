import { exitCode, UserError } from '@pipeline/runtime';
import type { Database, Sql } from '../client/connect.ts';
import { textArray } from './columns/array-literal.ts';

/**
 * A condition: the ledgers of a topic belong to another Kafka cluster. False for those without a cluster id,
 * which an earlier version has opened, and if the present id is null.
 */
export function belongsElsewhere(sql: Sql, topic: string, clusterId: string | null) {
  return sql`exists (select from pipeline.ingest_progress where topic = ${topic} and cluster_id <> ${clusterId})`;
}

/** @throws UserError if the ledgers of a topic belong to another Kafka cluster */
export async function requireCluster(
  database: Database,
  topic: string,
  clusterId: string | null,
): Promise<void> {
  const [other] = await database.run(
    (sql) => sql<{ readonly id: string }[]>`
      select cluster_id as id from pipeline.ingest_progress where topic = ${topic} and cluster_id <> ${clusterId} limit 1`,
  );
  if (other === undefined || clusterId === null) return;
  throw new UserError(
    `the tables have the topic ${topic} of Kafka cluster ${other.id}, and this is cluster ${clusterId}`,
    'give each cluster its own database or schema, or confirm that the topic has moved',
    exitCode.usage,
    { name: 'accept-cluster', clusterId },
  );
}

/** In place of the id of a topic, which is never 0: the ledger has moved, and counts as that of a former topic. */
export const MOVED = '00000000-0000-0000-0000-000000000000';

/**
 * Moves the ledgers of some topics to a Kafka cluster. The topics count as recreated when they are opened, even if
 * their ids are unknown. Running consumers of the former cluster can write no more. Safe to repeat.
 * @returns the topics whose ledgers belonged to another cluster, or to an unknown one
 */
export async function acceptCluster(
  database: Database,
  topics: readonly string[],
  clusterId: string,
): Promise<readonly string[]> {
  const moved = await database.run(
    (sql) => sql<{ readonly topic: string }[]>`
      with others as materialized (
        select topic, partition from pipeline.ingest_progress
        where topic = any(${textArray(topics)}::text[]) and cluster_id is distinct from ${clusterId}
        order by topic, partition for update
      )
      update pipeline.ingest_progress as ledger set
        cluster_id = ${clusterId}, topic_id = ${MOVED}::uuid, former_topic_id = null, resets = resets + 1
      from others
      where ledger.topic = others.topic and ledger.partition = others.partition
      returning ledger.topic`,
  );
  return [...new Set(moved.map(({ topic }) => topic))];
}
