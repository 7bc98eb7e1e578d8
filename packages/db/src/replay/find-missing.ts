import type { Database } from '../client/connect.ts';
import { encoded } from '../statement/parameters.ts';
import type { EventRows } from '../write/event-rows.ts';

/** A row whose event is not stored. */
interface MissingRow {
  readonly index: number;
  /** Whether its event is older than the limit of a purge, and may therefore have been removed by it. */
  readonly isPurged: boolean;
}

/**
 * Finds the rows whose events are not stored, in their order. A purge is recorded before it removes anything, so
 * nothing that it removes is ever found without being marked.
 * @throws the driver's error
 */
export async function findMissing(database: Database, rows: EventRows): Promise<readonly MissingRow[]> {
  if (rows.length === 0) return [];
  const { eventIds, eventTimes } = rows.toColumns();
  return await database.run(
    (sql) => sql<MissingRow[]>`
      select (n - 1)::int as index,
             coalesce(event_time < (select max(before) from pipeline.purges), false) as "isPurged"
      from unnest(${encoded(sql, eventIds)}::uuid[], ${encoded(sql, eventTimes)}::timestamptz[])
             with ordinality as incoming (event_id, event_time, n)
      where not exists (select from pipeline.raw_events as stored where stored.event_id = incoming.event_id)
      order by n`,
  );
}
