import { UserError } from '@pipeline/runtime';
import type { Database } from '../client/connect.ts';
import { type LogTail, tailFromJson, tailToJson } from './log-tail.ts';

/** A partition of a topic with a known id: a topic that is deleted and recreated has a new id. */
export interface LogPartition {
  readonly topic: string;
  readonly partition: number;
  /** Hexadecimal; undefined if unknown. */
  readonly topicId?: string | undefined;
}

export interface OpenedLedger {
  /** All offsets below are accounted for in this database. */
  readonly nextOffset: bigint;
  /** Whether the ledger belonged to a former topic of this name, and was reset. */
  readonly isRestarted: boolean;
  /** What the ledger has kept of the log; undefined if that is unknown or out of date. */
  readonly tail?: LogTail | undefined;
}

/**
 * Opens a ledger, and resets that of a former topic. `start_offset` moves along, so that the ledger's sum stays
 * true.
 * @throws UserError if the topic is the one before the former: the id of a deleted topic never returns
 */
export async function openLedger(
  database: Database,
  { topic, partition, topicId }: LogPartition,
  start: bigint,
): Promise<OpenedLedger> {
  const id = topicId ?? null;
  const [opened] = await database.run(
    (sql) => sql<(OpenedLedger & { readonly logTail: unknown })[]>`
      with former as (
        select from ingest_progress where topic = ${topic} and partition = ${partition} and topic_id <> ${id}::uuid
      )
      insert into ingest_progress as ledger (topic, partition, start_offset, next_offset, topic_id)
      values (${topic}, ${partition}, ${start}, ${start}, ${id}::uuid)
      on conflict (topic, partition) do update set
        start_offset = ledger.start_offset + case when ledger.topic_id <> excluded.topic_id
                                                  then excluded.next_offset - ledger.next_offset else 0 end,
        next_offset = case when ledger.topic_id <> excluded.topic_id then excluded.next_offset else ledger.next_offset end,
        log_tail = case when ledger.topic_id <> excluded.topic_id then null else ledger.log_tail end,
        former_topic_id = case when ledger.topic_id <> excluded.topic_id then ledger.topic_id else ledger.former_topic_id end,
        topic_id = coalesce(excluded.topic_id, ledger.topic_id)
      where coalesce(ledger.former_topic_id <> excluded.topic_id, true)
      returning next_offset as "nextOffset", exists (select from former) as "isRestarted", log_tail as "logTail"`,
  );
  if (opened === undefined) throw alternatingTopics(topic, partition);
  const { logTail, ...ledger } = opened;
  const tail = tailFromJson(logTail);
  return tail?.nextOffset === ledger.nextOffset ? { ...ledger, tail } : ledger;
}

function alternatingTopics(topic: string, partition: number): UserError {
  return new UserError(
    `${topic}/${partition}: topics of this name in two Kafka clusters are written to this database in turn`,
    'give each cluster its own database, or move back to this cluster as the documentation describes',
  );
}

/** The move of a ledger to a lower offset, and the log's tail there; undefined if it is unknown. */
interface Rewind {
  readonly from: bigint;
  readonly to: bigint;
  readonly tail: LogTail | undefined;
}

/**
 * Sets a ledger back from one offset to another; safe to repeat. `start_offset` moves along.
 * @returns false if the ledger is at neither of the two
 */
export async function rewindLedger(
  database: Database,
  { topic, partition }: LogPartition,
  { from, to, tail }: Rewind,
): Promise<boolean> {
  const rewound = await database.run(
    (sql) => sql`
      update ingest_progress set
        start_offset = start_offset + ${to} - next_offset,
        next_offset = ${to},
        log_tail = ${tail ? tailToJson(tail) : null}::text::jsonb,
        updated_at = now()
      where topic = ${topic} and partition = ${partition} and next_offset in (${from}, ${to})
      returning 1`,
  );
  return rewound.length > 0;
}
