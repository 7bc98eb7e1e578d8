import type { Database } from '../../client/connect.ts';
import { encoded } from '../../statement/parameters.ts';
import { part } from '../../statement/part.ts';
import { execute, prepare } from '../../statement/prepared.ts';
import { EventIds } from '../columns/event-ids.ts';
import { incomingParameters, selectIncoming } from '../columns/incoming.ts';
import type { CopyRows, EventRows } from '../event-rows.ts';
import { findRepeated } from './find-repeated.ts';

/** The rows of a batch, divided by whether COPY can insert them: it fails on an event that exists. */
export interface Division {
  readonly fresh: CopyRows;
  /** The events that other rows repeat: those are duplicates if all of these are still stored. */
  readonly stored?: StoredEvents;
}

interface StoredEvents {
  /** The ids, separated by commas. */
  readonly list: string;
  readonly count: number;
  /** The lowest and the highest id of the batch, between which they all are. */
  readonly range: readonly [lowest: string, highest: string];
}

/**
 * Divides the rows by a query, before the transaction that writes them. Another session may store or purge an event in
 * between, so COPY may still fail, and the transaction must check that the events of `stored` are.
 * @returns undefined if a statement must write the batch: a duplicate differs from the event with its id, so it may be a
 * conflict or refused
 * @throws the driver's error
 */
export async function divideRows(database: Database, rows: EventRows): Promise<Division | undefined> {
  const ids = rows.eventIds;
  const { range } = ids;
  if (range === undefined) return { fresh: rows };
  const list = await findStored(database, ids, range);
  const storedIds = EventIds.parse(list);
  const { repeated, stored, twins, firsts } = findRepeated(ids, storedIds);
  const areTwinsEqual = twins.every((twin, at) => rows.areEqual(twin, firsts[at] ?? twin));
  if (!areTwinsEqual || !(await equalStored(database, rows, stored))) return undefined;
  const fresh = repeated.length === 0 ? rows : rows.without(repeated);
  return list === '' ? { fresh } : { fresh, stored: { list, count: storedIds.length, range } };
}

/**
 * Which ids are stored, separated by commas. The subquery keeps the planner from looking at each of them, and the bounds
 * restrict the query to the partitions that may have them.
 */
async function findStored(
  database: Database,
  ids: EventIds,
  [lowest, highest]: StoredEvents['range'],
): Promise<string> {
  const [found] = await database.run(
    (sql) => sql<{ ids: string | null }[]>`
      select string_agg(event_id::text, ',') as ids from pipeline.raw_events
      where event_id between ${lowest}::uuid and ${highest}::uuid
        and event_id = any((select ${encoded(sql, ids.toArray())})::uuid[])`,
  );
  return found?.ids ?? '';
}

const equalStatement = prepare(
  part`
    select count(*)::int as equal from (${selectIncoming}) as incoming cross join lateral (
      select from pipeline.raw_events as stored
      where stored.event_id = incoming.event_id and stored.event_type = incoming.event_type
        and stored.event_time = incoming.event_time and stored.user_id is not distinct from incoming.user_id
        and stored.payload = incoming.payload::jsonb
        and stored.attributes is not distinct from incoming.attributes::jsonb offset 0) as same`,
  incomingParameters,
);

/** Whether the rows at some indexes equal the stored events with their ids. */
async function equalStored(
  database: Database,
  rows: EventRows,
  indexes: readonly number[],
): Promise<boolean> {
  if (indexes.length === 0) return true;
  const incoming = { columns: rows.columnsAt(indexes) };
  const [found] = await database.run<{ equal: number }>((sql) => execute(sql, equalStatement, incoming));
  return found?.equal === indexes.length;
}
