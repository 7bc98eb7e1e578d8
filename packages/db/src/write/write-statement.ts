import type { Sql } from '../client/connect.ts';
import { type DeadLetter, headersToJson } from '../dead-letters/dead-letter.ts';
import { minuteText } from '../minute-text.ts';
import { type Batch, lastRecord, recordCount } from './batch.ts';
import { plainArray, textArray } from './columns/array-literal.ts';
import { type ConflictHandling, compareDuplicates, requireResolved } from './conflicts.ts';
import type { CopyRows, EventRows } from './event-rows.ts';
import { selectIncoming } from './incoming.ts';
import type { InsertForm } from './insert-form.ts';
import type { LedgerView } from './ledger.ts';
import { type LogTail, tailToJson } from './log-tail.ts';
import type { Template } from './message/template.ts';
import { recordTime } from './record-time.ts';

/** The result of `writeStatement`. */
export interface StatementResult {
  /**
   * The ledger's next offset before the statement. If it differs from the expected one, nothing was written.
   */
  readonly foundOffset: bigint;
  /** Number of the ledger's resets before the statement; the same holds. */
  readonly foundResets: number;
  /** The ledger's log tail if nothing was written. */
  readonly foundTail: unknown;
  /** Number of inserted events by type, without duplicates. */
  readonly storedByType: Readonly<Record<string, number>> | null;
  /** Number of inserted dead letters, without duplicates. */
  readonly deadLettered: number;
  /** Number of duplicates that were counted as conflicting. */
  readonly conflicting: number;
}

/** The counts of a statement that has written nothing. */
export const NOTHING_WRITTEN = { foundTail: null, storedByType: null, deadLettered: 0, conflicting: 0 };

/** The form of a single statement. */
type StatementForm = Extract<InsertForm, 'plain' | 'tolerant'>;

/** The ledger that a statement expects; otherwise it writes nothing. */
export interface ExpectedLedger extends Pick<LedgerView, 'nextOffset' | 'resets'> {
  /** Whether the ledger may also be further on, as for a replay next to a consumer. Defaults to false. */
  readonly isAtLeast?: boolean;
}

/**
 * Writes a batch (rows, aggregates, dead letters, ledger) in one statement and therefore in one transaction.
 *
 * - Locks the partition's ledger row first and compares it with the expected one. Every other step depends
 *   on that comparison: if two processes have the same records, one writes them, and the other gets the
 *   actual offset back.
 * - Aggregates and ledger count only rows that were inserted: those that the insert returns in the tolerant
 *   form, all rows in the plain form, which inserts all or none.
 * - Offsets from the expected one on that hold no record are counted as skipped.
 * - A replay (entirely below the expected offset) finds its rows stored and changes nothing. Rows that are
 *   missing after all, for example because the topic was recreated, are stored and counted, and
 *   `start_offset` is lowered by their number.
 * - Inserts events before counts, because all writers update the rows of the current minute and should lock
 *   them as briefly as possible. In the plain form no step reads the insert's result, and Postgres runs such
 *   steps last to first, so the insert is written last (there is a test for this order).
 * - Inserts in key order, so that two writers cannot deadlock; of two events with one id the first is stored.
 * - The tolerant form compares duplicates with the events that they repeat, and fails if it cannot
 *   (`conflicts.ts`). Conflicting ones are counted, except those of a replay, or the statement fails.
 *
 * In the plain form, a stored event is a unique violation (23505), and nothing is written.
 * @param tail of the log after the batch; undefined for a replay
 */
export function writeStatement(
  sql: Sql,
  batch: Batch,
  { nextOffset: expected, resets, isAtLeast = false }: ExpectedLedger,
  form: StatementForm,
  tail?: LogTail,
  handling: ConflictHandling = 'count',
) {
  const { topic, partition, rows } = batch;
  const isPlain = form === 'plain';
  const compares = handling === 'dead-letter' || batch.nextOffset > expected;
  return sql<StatementResult[]>`
    with ledger as materialized (
      select next_offset, resets, topic_id, log_tail from pipeline.ingest_progress
      where topic = ${topic} and partition = ${partition} for update
    ), in_step as materialized (
      select from ledger where next_offset ${isAtLeast ? sql`>=` : sql`=`} ${expected} and resets = ${resets}
    ), ${isPlain ? sql`` : sql`${insertTolerantly(sql, rows, compares)},`} counted as materialized (
      ${isPlain ? countAll(sql, rows) : countInserted(sql)}
    ), ${accountFor(sql, batch, expected, tail, form, insertDeadLetters(sql, batch, form))}${isPlain ? sql`, inserted as (${insertPlainly(sql, rows)})` : sql``}
    select (select next_offset from ledger) as "foundOffset",
           (select resets from ledger) as "foundResets",
           (select log_tail from ledger where not exists (select from in_step)) as "foundTail",
           (select jsonb_object_agg(event_type, n)
            from (select event_type, sum(event_count) as n from counted group by 1) as by_type) as "storedByType",
           (select dead_lettered from gone)::int as "deadLettered",
           ${isPlain ? sql`0 as conflicting` : countConflicts(sql, handling)}`;
}

/**
 * Expressions that write the counts and ledger of a batch. Requires `ledger`, `in_step`, and `counted` with the
 * number of inserted events by minute and type.
 * @param dead inserts the dead letters, and returns a row for each
 */
export function accountFor<Part>(
  sql: Template<Part>,
  batch: Batch,
  expected: bigint,
  tail: LogTail | undefined,
  form: StatementForm,
  dead: Part,
): Part {
  return sql`aggregated as (
      insert into pipeline.agg_events_minute as total (minute, event_type, event_count)
      select minute, event_type, event_count from counted order by 1, 2
      on conflict (minute, event_type) do update set event_count = total.event_count + excluded.event_count
    ), dead as (
      ${dead}
    ), gone as materialized (
      select coalesce((select sum(event_count) from counted), 0)::bigint as stored, (select count(*) from dead) as dead_lettered
    ), progress as (
      ${advanceLedger(sql, batch, expected, tail, form)}
    )`;
}

function insertPlainly(sql: Sql, rows: EventRows) {
  return insertEvents(sql, rows, sql`(${selectIncoming(sql, rows)}) as incoming`);
}

function insertTolerantly(sql: Sql, rows: EventRows, compares: boolean) {
  const hasDuplicates: ReturnType<Sql> = sql`
    ${compares} and exists (select from in_step) and (select count(*) from inserted) < ${rows.length}`;
  return sql`incoming as not materialized (${selectIncoming(sql, rows)}
    ), inserted as (${insertEvents(sql, rows, sql`incoming`)}
      on conflict (event_id) do nothing returning event_id, event_type, event_time
    ), ${compareDuplicates(sql, hasDuplicates)}`;
}

function insertEvents(sql: Sql, { hasAttributes }: EventRows, source: ReturnType<Sql>) {
  return sql`
      insert into pipeline.raw_events (event_id, event_type, event_time, user_id, payload${hasAttributes ? sql`, attributes` : sql``})
      select event_id, event_type, event_time, user_id, payload::jsonb${hasAttributes ? sql`, attributes::jsonb` : sql``}
      from ${source} where exists (select from in_step)
      order by event_id, n`;
}

function countConflicts(sql: Sql, handling: ConflictHandling) {
  return sql`(select count(*) from conflicting)::int as conflicting,
           ${requireResolved(sql, handling)} as unresolved`;
}

/** Counts all events of the batch by minute and type. Postgres derives the minute from the time. */
export function countAll<Part>(sql: Template<Part>, { tallies }: Pick<CopyRows, 'tallies'>): Part {
  return sql`
      select ${minuteOf(sql, 'minute')} as minute, event_type, sum(event_count)::bigint as event_count
      from unnest(${plainArray(tallies.map(({ minute }) => minute))}::timestamptz[],
                  ${textArray(tallies.map(({ eventType }) => eventType))}::text[],
                  ${plainArray(tallies.map(({ count }) => String(count)))}::bigint[]) as tallies (minute, event_type, event_count)
      where exists (select from in_step)
      group by 1, 2 having sum(event_count) > 0`;
}

const minuteOf = <Part>(sql: Template<Part>, time: string) => sql.unsafe(minuteText(time));

function countInserted(sql: Sql) {
  return sql`
      select ${minuteOf(sql, 'event_time')} as minute, event_type, count(*) as event_count
      from inserted group by 1, 2`;
}

/**
 * Keeps stored dead letters unchanged: an operator may already have handled them. Without the topic's id, a
 * record with the same position and content counts as the same; the unique index is for concurrent writers, and
 * fails the plain form. Looks for each of them only if there are any at these offsets, which is rare. Omitted if the
 * batch has none, because planning it is a fifth of a small batch's cost.
 */
function insertDeadLetters(sql: Sql, batch: Batch, form: StatementForm) {
  const { topic, partition, deadLetters } = batch;
  if (deadLetters.length === 0) return sql`select where false`;
  return sql`
      insert into pipeline.dlq_events (source_topic, source_partition, source_offset, source_timestamp, source_topic_id, key, value,
                              headers, event_type, reason, detail, sqlstate, redrive_count)
      select ${topic}, ${partition}::int, source_offset, source_timestamp, topic_id, key, value,
             headers, event_type, reason, detail, sqlstate, redrive_count
      from ${deadLetterColumns(sql, deadLetters)},
           lateral (select timestamptz 'epoch' + timestamp_ms * interval '1 ms' as source_timestamp,
                           decode(key_base64, 'base64') as key, decode(value_base64, 'base64') as value) as decoded,
           (select topic_id from ledger) as opened
      where exists (select from in_step) and (not (select ${hasDeadLetters(sql, batch)}) or not exists (
        select from pipeline.dlq_events as stored
        where stored.source_topic = ${topic} and stored.source_partition = ${partition}
          and stored.source_offset = incoming.source_offset and stored.source_timestamp = decoded.source_timestamp
          and coalesce(stored.source_topic_id = opened.topic_id, true)
          and stored.key is not distinct from decoded.key and stored.value is not distinct from decoded.value))
      order by source_offset
      ${form === 'plain' ? sql`` : sql`on conflict do nothing`}
      returning 1`;
}

/** A condition: dead letters are stored at the offsets of those of a batch. */
export function hasDeadLetters<Part>(sql: Template<Part>, { topic, partition, deadLetters }: Batch): Part {
  const [first = '0', last = '0'] = [deadLetters[0]?.record.offset, deadLetters.at(-1)?.record.offset];
  return sql`exists (
        select from pipeline.dlq_events
        where source_topic = ${topic} and source_partition = ${partition}
          and source_offset between ${BigInt(first)} and ${BigInt(last)})`;
}

/** Advances the ledger past the batch. Rows stored by a replay lower `start_offset`, to keep the sum true. */
function advanceLedger<Part>(
  sql: Template<Part>,
  batch: Batch,
  expected: bigint,
  tail: LogTail | undefined,
  form: StatementForm,
): Part {
  const { topic, partition, nextOffset } = batch;
  return sql`
      update pipeline.ingest_progress as progress set
        next_offset = greatest(next_offset, ${nextOffset}),
        start_offset = start_offset - case when ${nextOffset} <= ${expected} then gone.stored + gone.dead_lettered else 0 end,
        stored = progress.stored + gone.stored,
        dead_lettered = progress.dead_lettered + gone.dead_lettered,
        duplicates = duplicates + case when ${nextOffset} <= ${expected} then 0
                                       else ${recordCount(batch)} - gone.stored - gone.dead_lettered end,
        ${form === 'plain' ? sql`` : addConflicts(sql)}
        skipped = skipped + case when ${nextOffset} <= ${expected} then 0
                                 else ${nextOffset} - ${expected} - ${recordCount(batch)} end,
        last_record_at = coalesce(case when ${nextOffset} > ${expected}
                                       then timestamptz 'epoch' + ${lastTimestamp(batch)}::bigint * interval '1 ms' end,
                                  progress.last_record_at),
        log_tail = coalesce(${tail ? tailToJson(tail) : null}::text::jsonb, log_tail),
        updated_at = now()
      from gone
      where topic = ${topic} and partition = ${partition} and exists (select from in_step)`;
}

/** A replay finds none: it does not compare, or conflicts make it fail. */
function addConflicts<Part>(sql: Template<Part>): Part {
  return sql`conflicting_duplicates = conflicting_duplicates + (select count(*) from conflicting),`;
}

/** Timestamp of the batch's last record in milliseconds since 1970; null if the batch is empty. */
function lastTimestamp(batch: Batch): string | null {
  const last = lastRecord(batch);
  return last === undefined ? null : recordTime(last);
}

function deadLetterColumns(sql: Sql, all: readonly DeadLetter[]) {
  const base64 = (bytes: Buffer | null) => (bytes === null ? null : Buffer.from(bytes).toString('base64'));
  return sql`unnest(${plainArray(all.map(({ record }) => record.offset))}::bigint[],
                    ${plainArray(all.map(({ record }) => recordTime(record)))}::bigint[],
                    ${textArray(all.map(({ record }) => base64(record.key)))}::text[],
                    ${textArray(all.map(({ record }) => base64(record.value)))}::text[],
                    ${textArray(all.map(({ record }) => headersToJson(record.headers)))}::jsonb[],
                    ${textArray(all.map(({ eventType }) => eventType))}::text[],
                    ${textArray(all.map(({ reason }) => reason))}::text[],
                    ${textArray(all.map(({ detail }) => detail))}::text[],
                    ${textArray(all.map(({ sqlstate }) => sqlstate))}::text[],
                    ${plainArray(all.map(({ redriveCount }) => String(redriveCount)))}::int[])
             as incoming (source_offset, timestamp_ms, key_base64, value_base64, headers, event_type, reason, detail, sqlstate, redrive_count)`;
}
