import type { Database } from '../../client/connect.ts';
import type { FirstFields } from '../columns/first-fields.ts';
import type { EventRows } from '../event-rows.ts';
import { selectIncoming } from '../incoming.ts';
import { areManyDuplicates } from '../insert-form.ts';
import { untyped } from '../untyped-parameter.ts';

const TAB = 9;

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
  const [duplicates, fresh] = rows.divide(repeated);
  const areTwinsEqual = rows.pick(twins).toCopyText().equals(rows.pick(firsts).toCopyText());
  const known = twins.length === 0 ? duplicates : rows.pick(stored);
  if (!areTwinsEqual || !(await equalStored(database, known))) return undefined;
  return { fresh, repeatedIds: [...new Set(repeated.map((index) => ids.at(index)))] };
}

/** Which ids are stored. The subquery keeps the planner from looking at each of them. */
async function findStored(database: Database, ids: FirstFields): Promise<ReadonlySet<string>> {
  const found = await database.run(
    (sql) => sql<{ id: string }[]>`
      select event_id as id from pipeline.raw_events
      where event_id = any((select ${untyped(sql, ids.toArray())}::uuid[])::uuid[])`,
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

function findRepeated(ids: FirstFields, storedIds: ReadonlySet<string>): Repeated {
  const seen = new Map<string, number>();
  const [stored, twins, firsts]: number[][] & { length: 3 } = [[], [], []];
  for (const index of findSuspects(ids, storedIds)) {
    const id = ids.at(index);
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

/**
 * The rows whose id is stored, or may be that of another row: an id that is greater than all before it is new to the
 * batch, unless a later row repeats it. As most ids ascend, this costs less than to look up each.
 */
function findSuspects(ids: FirstFields, storedIds: ReadonlySet<string>): readonly number[] {
  const late = new Set(findLate(ids));
  const names = new Set([...storedIds, ...[...late].map((index) => ids.at(index))]);
  const sorted = Buffer.from(
    [...names]
      .sort()
      .map((id) => `${id}\t`)
      .join(''),
  );
  const suspects: number[] = [];
  let at = 0;
  for (let index = 0; index < ids.length; index++) {
    if (late.has(index)) suspects.push(index);
    else {
      while (at < sorted.length && ids.compareTo(index, sorted, at) > 0) at = sorted.indexOf(TAB, at) + 1;
      if (at < sorted.length && ids.compareTo(index, sorted, at) === 0) suspects.push(index);
    }
  }
  return suspects;
}

/** The rows whose id is not greater than all before it. */
function findLate(ids: FirstFields): readonly number[] {
  const late: number[] = [];
  let highest = 0;
  for (let index = 1; index < ids.length; index++)
    if (ids.compare(index, highest) > 0) highest = index;
    else late.push(index);
  return late;
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
