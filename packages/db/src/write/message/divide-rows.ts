import type { Database } from '../../client/connect.ts';
import { uuids } from '../../statement/parameters.ts';
import { part } from '../../statement/part.ts';
import { execute, prepare } from '../../statement/prepared.ts';
import { columnsOf } from '../columns/event-columns.ts';
import type { EventIds } from '../columns/event-ids.ts';
import { incomingParameters, selectIncoming } from '../columns/incoming.ts';
import type { CopyRows, EventRows } from '../event-rows.ts';
import { areManyDuplicates } from '../insert-form.ts';
import { findRepeated } from './find-repeated.ts';

/** The rows of a batch, divided by whether COPY can insert them: it fails on an event that exists. */
export interface Division {
  readonly fresh: CopyRows;
  /** The ids of the other rows, which are duplicates if these events are still stored. */
  readonly repeatedIds: readonly string[];
}

/**
 * Divides the rows by a query, before the transaction that writes them. Another session may store or purge an event in
 * between, so COPY may still fail, and the transaction must check that `repeatedIds` are stored.
 * @returns undefined if a statement must write the batch: there are too many duplicates, or one differs from the event
 * with its id, so it may be a conflict or refused
 * @throws the driver's error
 */
export async function divideRows(database: Database, rows: EventRows): Promise<Division | undefined> {
  if (rows.length === 0) return { fresh: rows, repeatedIds: [] };
  const ids = rows.eventIds;
  const { stored, twins, firsts } = findRepeated(ids, await findStored(database, ids));
  const repeated = [...stored, ...twins].sort((a, b) => a - b);
  if (repeated.length === 0) return { fresh: rows, repeatedIds: [] };
  if (areManyDuplicates(repeated.length, rows.length)) return undefined;
  const [duplicates, fresh] = rows.divide(repeated);
  const areTwinsEqual = bytesOf(rows.pick(twins)).equals(bytesOf(rows.pick(firsts)));
  const known = twins.length === 0 ? duplicates : rows.pick(stored);
  if (!areTwinsEqual || !(await equalStored(database, known))) return undefined;
  return { fresh, repeatedIds: [...new Set(repeated.map((index) => ids.at(index)))] };
}

function bytesOf({ bytes }: CopyRows): Buffer {
  return Buffer.concat(bytes);
}

/**
 * Which ids are stored. The subquery keeps the planner from looking at each of them, and the bounds restrict the query to
 * the partitions that may have them.
 */
async function findStored(database: Database, ids: EventIds): Promise<readonly string[]> {
  const [lowest = null, highest = null] = ids.range ?? [];
  const found = await database.run(
    (sql) => sql<{ id: string }[]>`
      select event_id as id from pipeline.raw_events
      where event_id between ${lowest}::uuid and ${highest}::uuid
        and event_id = any((select ${uuids(sql, ids.toArray())})::uuid[])`,
  );
  return found.map(({ id }) => id);
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

/** Whether every row equals the stored event with its id. */
async function equalStored(database: Database, rows: EventRows): Promise<boolean> {
  if (rows.length === 0) return true;
  const incoming = { columns: columnsOf(rows) };
  const [found] = await database.run<{ equal: number }>((sql) => execute(sql, equalStatement, incoming));
  return found?.equal === rows.length;
}
