import type { Database } from '../client/connect.ts';
import { codeOf } from '../client/errors.ts';
import { type Part, part, text } from '../statement/part.ts';
import { execute, prepare } from '../statement/prepared.ts';
import { incomingParameters, selectIncoming } from './columns/incoming.ts';
import type { EventRows } from './event-rows.ts';

/**
 * What happens to a conflicting event, which has the id of a stored one and other content: it is counted, as
 * one of the duplicates, or it becomes a dead letter.
 */
export type ConflictHandling = 'count' | 'dead-letter';

/**
 * Expressions that compare duplicates with the events that they repeat: `repeated`, the ids of rows that were
 * not inserted; `compared`, the rows whose event the statement's snapshot has; and `conflicting`, the rows with
 * the columns in which they differ. Of several rows with one id the first is stored, and the others are
 * compared with it. Requires `incoming`, and `inserted` with the ids that were inserted.
 *
 * Nothing but `repeated` is evaluated if there is no duplicate. `is true` keeps the lookup in a set from
 * becoming a join, and `offset 0` that in the table, because the planner does not know the number of duplicates.
 * @param condition whether to compare
 */
export function compareDuplicates<Name extends string>(condition: Part<Name>) {
  return part`repeated as materialized (
      select distinct event_id
      from (select event_id from incoming where ${condition} except all select event_id from inserted) as every
    ), compared as materialized (
      select incoming.event_id, n, ${differencesFrom((column) => `stored.${column}`)} as differences
      from incoming cross join lateral (
        select event_type, event_time, user_id, payload from pipeline.raw_events
        where event_id = incoming.event_id offset 0) as stored
      where exists (select from repeated) and (incoming.event_id in (select event_id from repeated)) is true
        and incoming.event_id not in (select event_id from inserted)
    ), conflicting as materialized (
      select n, differences from compared where differences <> ''
      union all
      select n, differences from (
        select n, ${differencesFrom((column) => `(first_value(incoming.${column}) over same)`)} as differences
        from incoming
        where exists (select event_id from repeated except select event_id from compared)
          and (event_id in (select event_id from repeated)) is true
          and (event_id in (select event_id from compared)) is not true
        window same as (partition by event_id order by n)
      ) as others
      where differences <> ''
    )`;
}

/** The names of the columns in which a row differs from another one. */
function differencesFrom(other: (column: string) => string): Part {
  return text(`
        concat_ws(', ', case when incoming.event_type <> ${other('event_type')} then 'event_type' end,
                        case when incoming.event_time <> ${other('event_time')} then 'event_time' end,
                        case when incoming.user_id is distinct from ${other('user_id')} then 'user_id' end,
                        case when incoming.payload::jsonb <> ${other('payload')}::jsonb then 'payload' end)`);
}

/** Postgres reports an unknown setting by its name. A plain statement cannot raise an error of its own. */
const [UNSEEN, CONFLICTING] = ['unseen_duplicate', 'conflicting_event'];

/** Reads an unknown setting. Its name is in two pieces, because `pipeline.` stands for the schema. */
const fail = (setting: string) => text(`current_setting('pipeline' || '.${setting}')`);

/**
 * An expression that fails if a duplicate cannot be compared, because another session has stored its event
 * after the statement's snapshot was taken, or if there is a conflicting event that must become a dead letter.
 */
export const requireResolved = part`case
             when exists (select event_id from repeated except select event_id from inserted except select event_id from compared)
             then ${fail(UNSEEN)}
             when ${'isConflictRefused'} and exists (select from conflicting) then ${fail(CONFLICTING)}
           end`;

/** An expression that fails like `requireResolved` if a condition holds. */
export function failIf<Name extends string>(condition: Part<Name>) {
  return part`case when ${condition} then ${fail(UNSEEN)} end`;
}

/**
 * A duplicate's event is not in the statement's snapshot, but in that of a retry; or dead letters of a message are
 * stored. Nothing was written.
 */
export class UnseenDuplicateError extends Error {
  override readonly name = 'UnseenDuplicateError';
  /** `serialization_failure`, which is transient. */
  readonly code = '40001';
}

/** The batch has conflicting events, which must become dead letters. Nothing was written. */
export class ConflictingEventError extends Error {
  override readonly name = 'ConflictingEventError';
}

const UNDEFINED_OBJECT = '42704';

/** The error of `requireResolved`; other errors as they are. */
export function toDuplicateError(error: unknown): unknown {
  const message = codeOf(error) === UNDEFINED_OBJECT && error instanceof Error ? error.message : '';
  if (message.includes(`pipeline.${UNSEEN}`))
    return new UnseenDuplicateError('an event or dead letter is stored that the statement did not expect', {
      cause: error,
    });
  if (message.includes(`pipeline.${CONFLICTING}`))
    return new ConflictingEventError('events differ from stored ones with their ids', { cause: error });
  return error;
}

interface FoundConflict {
  readonly index: number;
  readonly differences: string;
}

const conflictsStatement = prepare(
  part`
    with incoming as not materialized (${selectIncoming}
    ), inserted as (
      select null::uuid as event_id where false
    ), ${compareDuplicates(text('true'))}
    select n - 1 as index, differences from conflicting`,
  incomingParameters,
);

/**
 * Finds the rows that differ from the stored event with their id, or from an earlier row with it.
 * @returns the names of the columns that differ, by index of the row
 * @throws the driver's error
 */
export async function findConflicts(
  database: Database,
  rows: EventRows,
): Promise<ReadonlyMap<number, string>> {
  const incoming = { columns: rows.toColumns() };
  const found = await database.run<FoundConflict>((sql) => execute(sql, conflictsStatement, incoming));
  return new Map(found.map(({ index, differences }) => [index, differences]));
}
