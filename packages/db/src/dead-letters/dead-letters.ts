import type { Database, Sql } from '../client/connect.ts';
import { headersFromJson, type SourceHeaders } from './dead-letter.ts';
import { type DeadLetterFilter, type DeadLetterStatus, matches } from './filter.ts';

/** A row of `dlq_events` without the record's bytes. */
export interface DeadLetterSummary {
  readonly id: bigint;
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly reason: string;
  readonly eventType: string | null;
  readonly detail: string;
  readonly sqlstate: string | null;
  readonly status: DeadLetterStatus;
  readonly redriveCount: number;
  /** RFC 3339, UTC. */
  readonly failedAt: string;
}

/** A row of `dlq_events` with the record's bytes. */
export interface StoredDeadLetter extends DeadLetterSummary {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: SourceHeaders;
}

/** An entry of a dead letter's audit log. */
export interface DeadLetterAction {
  readonly action: 'redrive' | 'discard';
  readonly outcome: 'done' | 'failed';
  readonly detail: string;
  readonly by: string;
  /** RFC 3339, UTC. */
  readonly at: string;
}

const summaryColumns = (sql: Sql) => sql`
  dlq_id as id, source_topic as topic, source_partition as partition, source_offset as "offset", reason,
  event_type as "eventType", detail, sqlstate, status, redrive_count as "redriveCount",
  to_char(failed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "failedAt"`;

/** Lists matching dead letters, newest first. For the next page, pass the id of the last one as `before`. */
export async function listStoredDeadLetters(
  database: Database,
  filter: DeadLetterFilter,
  { limit, before }: { readonly limit: number; readonly before?: bigint | undefined },
): Promise<readonly DeadLetterSummary[]> {
  return await database.run(
    (sql) => sql<DeadLetterSummary[]>`
      select ${summaryColumns(sql)} from pipeline.dlq_events
      where ${matches(sql, filter)} and dlq_id < ${before ?? 9_223_372_036_854_775_807n}
      order by dlq_id desc limit ${limit}`,
  );
}

/** Counts matching dead letters; cheap if the filter has only status, topic, reason and event type. */
export async function countDeadLetters(database: Database, filter: DeadLetterFilter): Promise<bigint> {
  const [row] = await database.run((sql) => sql<{ n: bigint }[]>`${countMatching(sql, filter)}`);
  return row?.n ?? 0n;
}

/** The id of the newest dead letter, 0 if there is none. Later ones have greater ids. */
export async function newestDeadLetterId(database: Database): Promise<bigint> {
  const [row] = await database.run(
    (sql) => sql<{ id: bigint }[]>`select coalesce(max(dlq_id), 0) as id from pipeline.dlq_events`,
  );
  return row?.id ?? 0n;
}

function countMatching(sql: Sql, { status, topic, reason, eventType, ...others }: DeadLetterFilter) {
  const kind = { status, topic, reason, eventType };
  return Object.values(others).every((one) => one === undefined)
    ? sql`select coalesce(sum(letter_count), 0)::bigint as n from pipeline.agg_dead_letters where ${matches(sql, kind)}`
    : sql`select count(*) as n from pipeline.dlq_events where ${matches(sql, { ...kind, ...others })}`;
}

/** The columns of `deadLetterColumns`. */
export type DeadLetterRow = DeadLetterSummary &
  Pick<StoredDeadLetter, 'key' | 'value'> & { readonly headers: Record<string, unknown> };

/** Selects all columns of a dead letter. */
export const deadLetterColumns = (sql: Sql) => sql`${summaryColumns(sql)}, key, value, headers`;

/** Decodes the headers of a row. */
export const toStoredDeadLetter = (row: DeadLetterRow): StoredDeadLetter => ({
  ...row,
  headers: headersFromJson(row.headers),
});

/** Limits per statement, because a dead letter can have megabytes. The last one may exceed `CHUNK_BYTES`. */
const CHUNK = 50;
const CHUNK_BYTES = 4_000_000;

/** Reads all matching dead letters with their bytes, oldest first. */
export async function* readDeadLetters(
  database: Database,
  filter: DeadLetterFilter,
): AsyncGenerator<StoredDeadLetter> {
  let after = 0n;
  for (;;) {
    const deadLetters = await database.run(
      (sql) => sql<DeadLetterRow[]>`
        with sized as materialized (
          select dlq_id as sized_id, coalesce(octet_length(value), 0) as bytes from pipeline.dlq_events
          where ${matches(sql, filter)} and dlq_id > ${after} order by dlq_id limit ${CHUNK}
        ), chosen as (
          select sized_id, sum(bytes) over (order by sized_id) - bytes as bytes_before from sized
        )
        select ${deadLetterColumns(sql)} from chosen join pipeline.dlq_events on dlq_id = sized_id
        where bytes_before <= ${CHUNK_BYTES} order by dlq_id`,
    );
    for (const row of deadLetters) yield toStoredDeadLetter(row);
    const last = deadLetters.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}

/** Reads the audit log of a dead letter, oldest first. */
export async function readActions(database: Database, id: bigint): Promise<readonly DeadLetterAction[]> {
  return await database.run(
    (sql) => sql<DeadLetterAction[]>`
      select action, outcome, detail, done_by as by,
             to_char(done_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
      from pipeline.dlq_actions where dlq_id = ${id} order by action_id`,
  );
}

/**
 * Finds the dead letters of which this one is a redrive that failed again, oldest first. The redrive count is
 * compared because the offsets of a recreated topic repeat.
 */
export async function readAncestors(database: Database, id: bigint): Promise<readonly bigint[]> {
  const rows = await database.run(
    (sql) => sql<{ id: bigint }[]>`
      with recursive chain (id) as (
        select ${id}::bigint
        union
        select action.dlq_id from chain
        join pipeline.dlq_events as latter on latter.dlq_id = chain.id
        join pipeline.dlq_actions as action on action.new_partition = latter.source_partition
                                  and action.new_offset = latter.source_offset
        join pipeline.dlq_events as former on former.dlq_id = action.dlq_id and former.source_topic = latter.source_topic
                                 and former.redrive_count = latter.redrive_count - 1
      )
      select id from chain where id <> ${id} order by id`,
  );
  return rows.map((row) => row.id);
}
