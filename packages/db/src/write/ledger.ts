import { UserError } from '@pipeline/runtime';
import type { Database, Sql } from '../client/connect.ts';
import type { PartitionName } from './batch.ts';
import { belongsElsewhere, MOVED, requireCluster } from './cluster.ts';
import { agreeOnIdentity, BUILT_IN_IDENTITY, hasIdentity } from './identity.ts';
import { type LogTail, tailFromJson, tailToJson } from './log-tail.ts';

/** A partition of a topic with a known id: a topic that is deleted and recreated has a new id. */
export interface LogPartition extends PartitionName {
  /** Hexadecimal; undefined if unknown. */
  readonly topicId?: string | undefined;
  /** The id of the Kafka cluster; undefined if unknown. */
  readonly clusterId?: string | undefined;
}

/** A ledger as a process last saw it; every statement compares it. */
export interface LedgerView {
  /** All offsets below are accounted for in this database. */
  readonly nextOffset: bigint;
  /**
   * How often the ledger was reset, for a recreated topic or a truncated log. Fences batches of the former log:
   * its offsets may be in step with those of the new one.
   */
  readonly resets: number;
  /** What the ledger has kept of the log; undefined if that is unknown or out of date. */
  readonly tail?: LogTail | undefined;
  /** The id of the ledger's topic, a UUID; null if unknown. */
  readonly topicId?: string | null;
}

export interface OpenedLedger extends LedgerView {
  /** Whether the ledger belonged to a former topic of this name, and was reset. */
  readonly isRestarted: boolean;
}

/**
 * Opens a ledger, and resets that of a former topic. `start_offset` moves along, so that the ledger's sum stays
 * true.
 * @param identity the rule by which event ids are found, as JSON; the topic's ledgers keep it (`identity.ts`)
 * @throws UserError if the topic has events by another rule, if its ledgers belong to another cluster
 * (`cluster.ts`), or if it is the one before: the id of a deleted topic never returns. After a minute without a
 * write it may, because a consumer that was slow may have reset the ledger to the deleted topic
 */
export async function openLedger(
  database: Database,
  { topic, partition, topicId, clusterId }: LogPartition,
  start: bigint,
  identity: string,
): Promise<OpenedLedger> {
  const [id, cluster] = [topicId ?? null, clusterId ?? null];
  const [opened] = await database.run(
    (sql) => sql<OpenedRow[]>`
      with former as (
        select from pipeline.ingest_progress as ledger
        where topic = ${topic} and partition = ${partition} and ${isFormer(sql, id)}
      )
      insert into pipeline.ingest_progress as ledger (topic, partition, start_offset, next_offset, topic_id, identity, cluster_id)
      select ${topic}, ${partition}::int, ${start}::bigint, ${start}::bigint, ${id}::uuid, ${identity}, ${cluster}
      where not ${belongsElsewhere(sql, topic, cluster)}
      on conflict (topic, partition) do update set
        start_offset = ledger.start_offset + case when ${isFormer(sql, id)}
                                                  then excluded.next_offset - ledger.next_offset else 0 end,
        next_offset = case when ${isFormer(sql, id)} then excluded.next_offset else ledger.next_offset end,
        log_tail = case when ${isFormer(sql, id)} then null else ledger.log_tail end,
        resets = ledger.resets + coalesce((${isFormer(sql, id)})::int, 0),
        former_topic_id = case when ${isFormer(sql, id)} then nullif(ledger.topic_id, ${MOVED}::uuid)
                               else ledger.former_topic_id end,
        updated_at = case when ${isFormer(sql, id)} then now() else ledger.updated_at end,
        topic_id = coalesce(excluded.topic_id, nullif(ledger.topic_id, ${MOVED}::uuid)),
        identity = coalesce(ledger.identity, ${BUILT_IN_IDENTITY}),
        cluster_id = coalesce(ledger.cluster_id, excluded.cluster_id)
      where coalesce(ledger.cluster_id = excluded.cluster_id, true)
        and (coalesce(ledger.former_topic_id <> excluded.topic_id, true) or ledger.updated_at < now() - interval '1 minute')
      returning next_offset as "nextOffset", resets, topic_id as "topicId", exists (select from former) as "isRestarted", log_tail as "logTail",
                ${hasIdentity(sql, { topic, partition }, identity)} as "hasIdentity"`,
  );
  if (opened === undefined) {
    await requireCluster(database, topic, cluster);
    throw alternatingTopics(topic, partition);
  }
  const { logTail, hasIdentity: isAgreed, ...ledger } = opened;
  const resets = isAgreed ? ledger.resets : await agreeOnIdentity(database, { topic, partition }, identity);
  const tail = tailFromJson(logTail);
  return { ...ledger, resets, ...(tail?.nextOffset === ledger.nextOffset ? { tail } : {}) };
}

/** A condition: the ledger belongs to a former topic. Null if one of the ids is unknown. */
function isFormer(sql: Sql, topicId: string | null) {
  return sql`(ledger.topic_id = ${MOVED}::uuid or ledger.topic_id <> ${topicId}::uuid)`;
}

type OpenedRow = OpenedLedger & { readonly logTail: unknown; readonly hasIdentity: boolean };

function alternatingTopics(topic: string, partition: number): UserError {
  return new UserError(
    `${topic}/${partition}: topics of this name in two Kafka clusters are written to this database in turn`,
    'give each cluster its own database, or move back to this cluster as the documentation describes',
  );
}

/** The move of a ledger to a lower offset, and the log's tail there; undefined if it is unknown. */
export interface Rewind {
  readonly from: bigint;
  readonly to: bigint;
  /** Number of the ledger's resets before. */
  readonly resets: number;
  readonly tail: LogTail | undefined;
}

/**
 * Sets a ledger back from one offset to another; safe to repeat. `start_offset` moves along.
 * @returns false if the ledger is at neither of the two
 */
export async function rewindLedger(
  database: Database,
  { topic, partition }: LogPartition,
  { from, to, tail, resets }: Rewind,
): Promise<boolean> {
  const rewound = await database.run(
    (sql) => sql`
      update pipeline.ingest_progress set
        start_offset = start_offset + ${to} - next_offset,
        next_offset = ${to},
        log_tail = ${tail ? tailToJson(tail) : null}::text::jsonb,
        resets = ${resets} + 1,
        updated_at = now()
      where topic = ${topic} and partition = ${partition}
        and (next_offset, resets) in ((${from}, ${resets}), (${to}, ${resets} + 1))
      returning 1`,
  );
  return rewound.length > 0;
}
