/// <reference path="../../client/patched-postgres.d.ts" />
import type { Database } from '../../client/connect.ts';
import { withLiterals } from '../../statement/literals.ts';
import { part, text } from '../../statement/part.ts';
import { type Accounted, accountFor, accountParameters, countAll } from '../accounting.ts';
import type { Batch } from '../batch.ts';
import { deadLetterColumns, deadLetterRows } from '../columns/dead-letter-rows.ts';
import { copiedColumns } from '../columns/event-bytes.ts';
import { failIf, toDuplicateError } from '../conflicts.ts';
import { deadOffsetParameters, hasDeadLetters } from '../insert-dead-letters.ts';
import type { LedgerView } from '../ledger.ts';
import type { LogTail } from '../log-tail.ts';
import { countByType } from '../minute-counts.ts';
import { NOTHING_WRITTEN, type StatementResult } from '../write-statement.ts';
import { resultOfMoved, withoutContext } from './copy-errors.ts';
import type { Division } from './divide-rows.ts';

/**
 * Writes a batch (rows, aggregates, dead letters, ledger) in one message and therefore in one transaction, like the
 * plain form of `writeStatement`, but rows and dead letters by COPY, which costs Postgres less than an insert.
 *
 * The first statement locks the partition's ledger and fails if it is not as expected. Postgres then runs no other,
 * and ignores the rows, which follow the message without waiting. So it does if dead letters are stored at these
 * offsets. Dead letters come last, because all forms lock the counts of events before those of dead letters.
 * @param tail of the log after the batch; undefined for a replay
 * @param division the rows to insert, and the stored events that others repeat
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
  const copy = [[fresh.bytes], ...dead];
  const { tallies } = fresh;
  const message = { batch, expected, tail, tallies, stored: division.stored };
  const whole = withLiterals(messageOf(message), parameters, message);
  try {
    await database.run((sql) => sql.unsafe(whole, [], { copy }));
  } catch (error) {
    const moved = resultOfMoved(error);
    if (moved !== undefined) return moved;
    throw toDuplicateError(withoutContext(error, fresh));
  }
  const written = { storedByType: countByType(tallies), deadLettered: deadLetters.length };
  return { ...NOTHING_WRITTEN, ...foundAs(expected), ...written };
}

interface Message extends Accounted {
  readonly stored: Division['stored'] | undefined;
}

const parameters = {
  ...accountParameters,
  ...deadOffsetParameters,
  deadLetterCount: ({ batch }: Message) => batch.deadLetters.length,
  storedIds: ({ stored }: Message) => `{${stored?.list ?? ''}}`,
  storedCount: ({ stored }: Message) => stored?.count ?? 0,
  lowestId: ({ stored }: Message) => stored?.range[0] ?? null,
  highestId: ({ stored }: Message) => stored?.range[1] ?? null,
};

const checkLedger = part`
    select pipeline.check_ledger(${'topic'}, ${'partition'}, ${'expectedOffset'}, ${'expectedResets'});`;

const copyEvents = text(`
    copy pipeline.raw_events (${copiedColumns.join(', ')}) from stdin (format binary);`);

const copyDeadLetters = text(`
    copy pipeline.dlq_events (${deadLetterColumns.join(', ')}) from stdin (format binary)`);

const account = part`
    with ledger as materialized (
      select topic_id from pipeline.ingest_progress where topic = ${'topic'} and partition = ${'partition'}
    ), in_step as materialized (
      select from ledger
    ), counted as materialized (${countAll}
    ), ${accountFor('copy', part`select from generate_series(1, ${'deadLetterCount'})`)}`;

/** Fails if an event that duplicates repeat is not stored. Like `findStored`, it names the range of the ids. */
const requireStored = failIf(part`
    (select count(*) from pipeline.raw_events
     where event_id between ${'lowestId'}::uuid and ${'highestId'}::uuid and event_id = any((select ${'storedIds'})::uuid[]))
    < ${'storedCount'}`);

const requireNoDeadLetters = part`
    select ${failIf(hasDeadLetters)};`;

const none = text('');

/** Without the checks that the batch does not need: each costs the planning of a query. */
function messageOf({ batch, stored }: Message) {
  const hasDead = batch.deadLetters.length > 0;
  return part`${checkLedger}${hasDead ? requireNoDeadLetters : none}${copyEvents}${account}
    select ${stored === undefined ? none : requireStored} from gone;${hasDead ? copyDeadLetters : none}`;
}

function foundAs({ nextOffset, resets }: LedgerView) {
  return { foundOffset: nextOffset, foundResets: resets };
}
