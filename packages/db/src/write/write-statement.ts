import type { Database } from '../client/connect.ts';
import { type Part, part, text } from '../statement/part.ts';
import { execute, prepare } from '../statement/prepared.ts';
import { type Accounted, accountFor, accountParameters, countAll, minuteOf } from './accounting.ts';
import type { Batch } from './batch.ts';
import { type Incoming, incomingParameters, selectIncoming } from './columns/incoming.ts';
import { type ConflictHandling, compareDuplicates, requireResolved, toDuplicateError } from './conflicts.ts';
import { deadLetterParameters, insertDeadLetters } from './insert-dead-letters.ts';
import type { StatementForm } from './insert-form.ts';
import type { LedgerView } from './ledger.ts';
import type { LogTail } from './log-tail.ts';
import { countByType } from './minute-counts.ts';

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
  /** Number of inserted events by type, without duplicates; null if nothing was written. */
  readonly storedByType: Readonly<Record<string, number>> | null;
  /** Number of inserted dead letters, without duplicates. */
  readonly deadLettered: number;
  /** Number of duplicates that were counted as conflicting. */
  readonly conflicting: number;
}

/** The counts of a statement that has written nothing. */
export const NOTHING_WRITTEN = { foundTail: null, storedByType: null, deadLettered: 0, conflicting: 0 };

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
 * @returns null if the ledger is missing
 * @throws UnseenDuplicateError, ConflictingEventError, or the driver's error
 */
export async function writeStatement(
  database: Database,
  batch: Batch,
  expected: ExpectedLedger,
  form: StatementForm,
  tail?: LogTail,
  handling: ConflictHandling = 'count',
): Promise<StatementResult | null> {
  const { rows, deadLetters } = batch;
  const statement = statements[form][deadLetters.length > 0 ? 'withDeadLetters' : 'eventsOnly'];
  const write = { batch, expected, tail, handling, columns: rows.toColumns(), tallies: rows.tallies };
  try {
    const [found] = await database.run<FoundRow>((sql) => execute(sql, statement, write));
    if (found === undefined || found.foundOffset === null) return null;
    const { isInStep, ...result } = found;
    // The plain form inserts all events of a batch, or none.
    return form === 'plain'
      ? { ...result, storedByType: isInStep ? countByType(rows.tallies) : null }
      : result;
  } catch (error) {
    throw toDuplicateError(error);
  }
}

/** What a statement returns; the plain form does not count by type. */
interface FoundRow extends StatementResult {
  /** Whether the ledger was as expected. */
  readonly isInStep: boolean;
}

interface Write extends Accounted, Incoming {
  readonly expected: ExpectedLedger;
  readonly handling: ConflictHandling;
}

function plainStatement<Name extends string>(dead: Part<Name>) {
  return part`${lockLedger}
    ), counted as materialized (${countAll}
    ), ${accountFor('plain', dead)}
    , inserted as (${insertEvents} from (${selectIncoming}) as incoming where exists (select from in_step) order by event_id, n)
    ${selectFound}, 0 as conflicting`;
}

function tolerantStatement<Name extends string>(dead: Part<Name>) {
  const hasDuplicates = part`
    ${'isCompared'} and exists (select from in_step) and (select count(*) from inserted) < ${'rowCount'}`;
  return part`${lockLedger}
    ), incoming as not materialized (${selectIncoming}
    ), inserted as (
      ${insertEvents} from incoming where exists (select from in_step) order by event_id, n
      on conflict (event_id) do nothing returning event_id, event_type, event_time
    ), ${compareDuplicates(hasDuplicates)}, counted as materialized (
      select ${minuteOf('event_time')} as minute, event_type, count(*) as event_count
      from inserted group by 1, 2
    ), ${accountFor('tolerant', dead)}
    ${selectFound}, (select count(*) from conflicting)::int as conflicting, ${requireResolved} as unresolved,
           (select jsonb_object_agg(event_type, n)
            from (select event_type, sum(event_count) as n from counted group by 1) as by_type) as "storedByType"`;
}

const lockLedger = part`
    with ledger as materialized (
      select next_offset, resets, topic_id, log_tail from pipeline.ingest_progress
      where topic = ${'topic'} and partition = ${'partition'} for update
    ), in_step as materialized (
      select from ledger
      where (next_offset = ${'expectedOffset'} or ${'isAtLeast'} and next_offset > ${'expectedOffset'}) and resets = ${'expectedResets'}`;

const selectFound = text(`
    select (select next_offset from ledger) as "foundOffset",
           (select resets from ledger) as "foundResets",
           (select log_tail from ledger where not exists (select from in_step)) as "foundTail",
           exists (select from in_step) as "isInStep",
           (select dead_lettered from gone)::int as "deadLettered"`);

const insertEvents = text(`
      insert into pipeline.raw_events (event_id, event_type, event_time, user_id, payload, attributes)
      select event_id, event_type, event_time, user_id, payload::jsonb, attributes::jsonb`);

/** Planning the dead letters is a fifth of a small batch's cost, so a batch without any omits them. */
const NO_DEAD_LETTERS = text('select where false');

const parameters = {
  ...accountParameters,
  ...incomingParameters,
  ...deadLetterParameters,
  rowCount: ({ batch }: Write) => batch.rows.length,
  isAtLeast: ({ expected }: Write) => expected.isAtLeast ?? false,
  isCompared: ({ batch, expected, handling }: Write) =>
    handling === 'dead-letter' || batch.nextOffset > expected.nextOffset,
  isConflictRefused: ({ handling }: Write) => handling === 'dead-letter',
};

const statements = {
  plain: {
    eventsOnly: prepare(plainStatement(NO_DEAD_LETTERS), parameters),
    withDeadLetters: prepare(plainStatement(insertDeadLetters('plain')), parameters),
  },
  tolerant: {
    eventsOnly: prepare(tolerantStatement(NO_DEAD_LETTERS), parameters),
    withDeadLetters: prepare(tolerantStatement(insertDeadLetters('tolerant')), parameters),
  },
};
