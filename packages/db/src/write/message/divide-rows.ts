import type { Database } from '../../client/connect.ts';
import { plainArray } from '../columns/array-literal.ts';
import type { EventRows } from '../event-rows.ts';
import { selectIncoming } from '../incoming.ts';
import { areManyDuplicates } from '../insert-form.ts';

/** The rows of a batch, divided by whether COPY can insert them: it fails on an event that exists. */
export interface Division {
  readonly fresh: EventRows;
  /** The ids of the other rows, which are duplicates if these events are still stored. */
  readonly repeatedIds: readonly string[];
}

/**
 * Divides the rows by a query before the transaction that writes them. Another session may store or purge an event
 * in between, so COPY may still fail, and the transaction must check that `repeatedIds` are stored.
 * @returns undefined if a statement must write the batch: duplicates are many, or one may be a conflict or refused,
 * because it differs from the event with its id
 * @throws the driver's error
 */
export async function divideRows(database: Database, rows: EventRows): Promise<Division | undefined> {
  const ids = rows.eventIds;
  const { stored, twins, firsts } = findRepeated(ids, await findStored(database, ids));
  const repeated = [...stored, ...twins].sort((a, b) => a - b);
  if (repeated.length === 0) return { fresh: rows, repeatedIds: [] };
  if (areManyDuplicates(repeated.length, rows.length)) return undefined;
  const areTwinsEqual = rows.pick(twins).toCopyText().equals(rows.pick(firsts).toCopyText());
  if (!areTwinsEqual || !(await equalStored(database, rows.pick(stored)))) return undefined;
  const repeatedIds = new Set(repeated.map((index) => ids[index] ?? ''));
  return { fresh: rows.without(repeated), repeatedIds: [...repeatedIds] };
}

/** Which ids are stored. The subquery keeps the planner from looking at each of them. */
async function findStored(database: Database, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const found = await database.run(
    (sql) => sql<{ id: string }[]>`
      select event_id as id from pipeline.raw_events
      where event_id = any((select ${plainArray(ids)}::uuid[])::uuid[])`,
  );
  return new Set(found.map(({ id }) => id));
}

/** Indexes of rows. */
interface Repeated {
  /** Rows whose event is stored. */
  readonly stored: readonly number[];
  /** Rows with the id of an earlier row whose event is not stored. */
  readonly twins: readonly number[];
  /** For each twin, the first row with its id. */
  readonly firsts: readonly number[];
}

function findRepeated(ids: readonly string[], storedIds: ReadonlySet<string>): Repeated {
  const suspects = new Set([...storedIds, ...lateOf(ids)]);
  const seen = new Map<string, number>();
  const [stored, twins, firsts]: number[][] & { length: 3 } = [[], [], []];
  for (const [index, id] of ids.entries()) {
    if (!suspects.has(id)) continue;
    const first = seen.get(id);
    if (storedIds.has(id)) stored.push(index);
    else if (first === undefined) seen.set(id, index);
    else {
      twins.push(index);
      firsts.push(first);
    }
  }
  return { stored, twins, firsts };
}

/** The ids that are not greater than all before them. The others are new to the batch. */
function lateOf(ids: readonly string[]): readonly string[] {
  let highest = '';
  return ids.filter((id) => {
    const isLate = id <= highest;
    if (!isLate) highest = id;
    return isLate;
  });
}

/** Whether every row equals the stored event with its id. */
async function equalStored(database: Database, rows: EventRows): Promise<boolean> {
  if (rows.length === 0) return true;
  const attributes = rows.hasAttributes ? 'incoming.attributes::jsonb' : 'null';
  const [found] = await database.run(
    (sql) => sql<{ equal: number }[]>`
      select count(*)::int as equal from (${selectIncoming(sql, rows)}) as incoming cross join lateral (
        select from pipeline.raw_events as stored
        where stored.event_id = incoming.event_id and stored.event_type = incoming.event_type
          and stored.event_time = incoming.event_time and stored.user_id is not distinct from incoming.user_id
          and stored.payload = incoming.payload::jsonb
          and stored.attributes is not distinct from ${sql.unsafe(attributes)} offset 0) as same`,
  );
  return found?.equal === rows.length;
}
