/// <reference path="../../client/patched-postgres.d.ts" />
import type { Database } from '../../client/connect.ts';
import type { Batch } from '../batch.ts';
import { deadLetterColumns, deadLetterRows } from '../columns/dead-letter-rows.ts';
import { failIf, requireStored, toDuplicateError } from '../conflicts.ts';
import type { CopyRows } from '../event-rows.ts';
import type { LedgerView } from '../ledger.ts';
import type { LogTail } from '../log-tail.ts';
import {
  accountFor,
  countAll,
  hasDeadLetters,
  NOTHING_WRITTEN,
  type StatementResult,
} from '../write-statement.ts';
import { resultOfMoved, withoutContext } from './copy-errors.ts';
import type { Division } from './divide-rows.ts';
import { literals } from './literals.ts';

/**
 * Writes a batch (rows, aggregates, dead letters, ledger) in one message and therefore in one transaction, like the
 * plain form of `writeStatement`, but rows and dead letters by COPY, which costs Postgres less than an insert.
 *
 * The first statement locks the partition's ledger and fails if it is not as expected. Postgres then runs no other,
 * and ignores the rows, which follow the message without waiting. So it does if dead letters are stored at these
 * offsets. Dead letters come last, because all forms lock the counts of events before those of dead letters.
 * @param tail of the log after the batch; undefined for a replay
 * @param division the rows to insert, and the duplicates
 * @returns null if the ledger is missing
 * @throws UnseenDuplicateError, or the driver's error, without event data (`withoutContext`)
 */
export async function writeMessage(
  database: Database,
  batch: Batch,
  expected: LedgerView,
  tail: LogTail | undefined,
  division: Division,
): Promise<StatementResult | null> {
  const { fresh } = division;
  const { deadLetters } = batch;
  const dead = deadLetters.length > 0 ? [[deadLetterRows(batch, expected.topicId ?? null)]] : [];
  const copy = [fresh.text, ...dead];
  const { text } = messageOf(batch, expected, tail, division);
  try {
    await database.run((sql) => sql.unsafe(text, [], { copy }));
  } catch (error) {
    const moved = resultOfMoved(error);
    if (moved !== undefined) return moved;
    throw toDuplicateError(withoutContext(error, fresh));
  }
  const written = { storedByType: countByType(fresh), deadLettered: deadLetters.length };
  return { ...NOTHING_WRITTEN, ...foundAs(expected), ...written };
}

function messageOf(
  batch: Batch,
  { nextOffset, resets }: LedgerView,
  tail: LogTail | undefined,
  { fresh, repeatedIds }: Division,
) {
  const { topic, partition, deadLetters } = batch;
  const sql = literals;
  const hasDead = deadLetters.length > 0;
  const dead = sql`select from generate_series(1, ${deadLetters.length})`;
  return sql`
    select pipeline.check_ledger(${topic}, ${partition}, ${nextOffset}, ${resets});
    ${hasDead ? sql`select ${failIf(sql, hasDeadLetters(sql, batch))};` : sql``}
    copy pipeline.raw_events (event_id, event_type, event_time, user_id, payload, attributes) from stdin;
    with ledger as materialized (
      select topic_id from pipeline.ingest_progress where topic = ${topic} and partition = ${partition}
    ), in_step as materialized (
      select from ledger
    ), counted as materialized (${countAll(sql, fresh)}
    ), ${accountFor(sql, batch, nextOffset, tail, 'plain', dead)}
    select ${requireStored(sql, repeatedIds)} from gone;
    ${hasDead ? copyDeadLetters : sql``}`;
}

const copyDeadLetters = literals.unsafe(
  `copy pipeline.dlq_events (${deadLetterColumns.join(', ')}) from stdin (format binary)`,
);

function foundAs({ nextOffset, resets }: LedgerView) {
  return { foundOffset: nextOffset, foundResets: resets };
}

/** All rows are inserted, or none. */
function countByType({ tallies }: CopyRows): Readonly<Record<string, number>> {
  const counts: Record<string, number> = Object.create(null);
  for (const { eventType, count } of tallies) counts[eventType] = (counts[eventType] ?? 0) + count;
  for (const [eventType, count] of Object.entries(counts)) if (count === 0) delete counts[eventType];
  return counts;
}
