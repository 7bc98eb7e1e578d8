import type { Database, Sql } from '../connect.ts';
import { headersFromJson, type SourceHeaders } from '../dead-letter.ts';
import { type DeadLetterFilter, type DeadLetterStatus, matches } from './filter.ts';

/** A dead letter of the table, without its bytes. */
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

/** A dead letter with the record that it keeps, byte for byte. */
export interface StoredDeadLetter extends DeadLetterSummary {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: SourceHeaders;
}

/** Something that was done about a letter. */
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

/** The latest letters that match, the newest first; `before` is the id of the last one seen. */
export async function listStoredDeadLetters(
  database: Database,
  filter: DeadLetterFilter,
  { limit, before }: { readonly limit: number; readonly before?: bigint | undefined },
): Promise<readonly DeadLetterSummary[]> {
  return await database.run(
    (sql) => sql<DeadLetterSummary[]>`
      select ${summaryColumns(sql)} from dlq_events
      where ${matches(sql, filter)} and dlq_id < ${before ?? 9_223_372_036_854_775_807n}
      order by dlq_id desc limit ${limit}`,
  );
}

/** How many letters match; where only kinds of letters are chosen, that costs nothing. */
export async function countDeadLetters(database: Database, filter: DeadLetterFilter): Promise<bigint> {
  const [row] = await database.run((sql) => sql<{ n: bigint }[]>`${countMatching(sql, filter)}`);
  return row?.n ?? 0n;
}

/** The id of the newest letter, 0 where there is none: what fails later has a greater one. */
export async function newestDeadLetterId(database: Database): Promise<bigint> {
  const [row] = await database.run(
    (sql) => sql<{ id: bigint }[]>`select coalesce(max(dlq_id), 0) as id from dlq_events`,
  );
  return row?.id ?? 0n;
}

function countMatching(sql: Sql, { status, reason, eventType, ...others }: DeadLetterFilter) {
  const kind = { status, reason, eventType };
  return Object.values(others).every((one) => one === undefined)
    ? sql`select coalesce(sum(letter_count), 0)::bigint as n from agg_dead_letters where ${matches(sql, kind)}`
    : sql`select count(*) as n from dlq_events where ${matches(sql, { ...kind, ...others })}`;
}

/** A row of the table, whole. */
export type DeadLetterRow = DeadLetterSummary &
  Pick<StoredDeadLetter, 'key' | 'value'> & { readonly headers: Record<string, unknown> };

/** The columns of a whole letter. */
export const deadLetterColumns = (sql: Sql) => sql`${summaryColumns(sql)}, key, value, headers`;

/** A letter with its headers as they were. */
export const toStoredDeadLetter = (row: DeadLetterRow): StoredDeadLetter => ({
  ...row,
  headers: headersFromJson(row.headers),
});

/** Letters with their bytes come a few at a time: so many, or fewer with so many bytes. One may have megabytes. */
const CHUNK = 50;
const CHUNK_BYTES = 4_000_000;

/** All letters that match, the oldest first, with their bytes. */
export async function* readDeadLetters(
  database: Database,
  filter: DeadLetterFilter,
): AsyncGenerator<StoredDeadLetter> {
  let after = 0n;
  for (;;) {
    const letters = await database.run(
      (sql) => sql<DeadLetterRow[]>`
        with sized as materialized (
          select dlq_id as sized_id, coalesce(octet_length(value), 0) as bytes from dlq_events
          where ${matches(sql, filter)} and dlq_id > ${after} order by dlq_id limit ${CHUNK}
        ), chosen as (
          select sized_id, sum(bytes) over (order by sized_id) - bytes as bytes_before from sized
        )
        select ${deadLetterColumns(sql)} from chosen join dlq_events on dlq_id = sized_id
        where bytes_before <= ${CHUNK_BYTES} order by dlq_id`,
    );
    for (const letter of letters) yield toStoredDeadLetter(letter);
    const last = letters.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}

/** What was done about a letter, the oldest first. */
export async function readActions(database: Database, id: bigint): Promise<readonly DeadLetterAction[]> {
  return await database.run(
    (sql) => sql<DeadLetterAction[]>`
      select action, outcome, detail, done_by as by,
             to_char(done_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
      from dlq_actions where dlq_id = ${id} order by action_id`,
  );
}

/**
 * The letter that was redriven to where this one failed, and so on back to the first: the oldest first. In a topic made
 * anew another record may come to the same place, but as one that was not redriven as often.
 */
export async function readAncestors(database: Database, id: bigint): Promise<readonly bigint[]> {
  const rows = await database.run(
    (sql) => sql<{ id: bigint }[]>`
      with recursive chain (id) as (
        select ${id}::bigint
        union
        select action.dlq_id from chain
        join dlq_events as letter on letter.dlq_id = chain.id
        join dlq_actions as action on action.new_partition = letter.source_partition
                                  and action.new_offset = letter.source_offset
        join dlq_events as former on former.dlq_id = action.dlq_id and former.source_topic = letter.source_topic
                                 and former.redrive_count = letter.redrive_count - 1
      )
      select id from chain where id <> ${id} order by id`,
  );
  return rows.map((row) => row.id);
}
