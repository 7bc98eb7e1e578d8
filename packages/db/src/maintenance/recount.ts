import { randomBytes } from 'node:crypto';
import type { Database } from '../client/connect.ts';

export interface RecountOptions {
  /** Called repeatedly with the share of the table that has been read, in percent. */
  readonly onProgress?: (percent: number) => void;
  /** Cancels the recount; nothing is changed. */
  readonly signal?: AbortSignal;
}

const POLL_MS = 250;

/**
 * Runs a statement that recounts the events, and reports its progress.
 * @param toText builds the statement, given common table expressions that define
 * `recount (minute, event_type, events)`
 * @returns the rows of the statement
 */
export async function runRecount<Row extends object>(
  database: Database,
  toText: (expressions: string) => string,
  { onProgress, signal }: RecountOptions,
): Promise<readonly Row[]> {
  const name = `recount ${randomBytes(4).toString('hex')}`;
  const poll = async () => {
    const percent = await readProgress(database, name);
    if (percent !== undefined) onProgress?.(percent);
  };
  const timer = setInterval(() => void poll().catch(() => {}), POLL_MS);
  try {
    const text = toText(recountExpressions(name));
    return await database.run((sql) => sql.unsafe<Row[]>(text).simple(), signal);
  } finally {
    clearInterval(timer);
  }
}

/**
 * A single statement, for a single snapshot. Postgres does not report the progress of a statement, so it
 * reads the table in a hundred consecutive slices and sets `application_name` before each, which is visible
 * in `pg_stat_activity`. The last slice is unbounded: a partitioned table has size 0, so this slice reads all
 * of it. `offset 0` keeps the planner from merging the slices.
 */
function recountExpressions(name: string): string {
  return `slices as (
      select format('(%s,0)', blocks * slice / 100)::tid as start,
             case when slice < 99 then format('(%s,0)', blocks * (slice + 1) / 100)::tid else '(4294967294,0)' end as beyond,
             set_config('application_name', '${name} ' || slice, true)
      from generate_series(0, 99) as slice,
           (select pg_relation_size('pipeline.raw_events') / current_setting('block_size')::bigint) as size (blocks)
    ), recount as materialized (
      select date_trunc('minute', event_time, 'UTC') as minute, event_type, count(*) as events
      from slices, lateral (select event_time, event_type from pipeline.raw_events
                            where ctid >= start and ctid < beyond offset 0) as slice
      group by 1, 2
    )`;
}

async function readProgress(database: Database, name: string): Promise<number | undefined> {
  const [row] = await database.run(
    (sql) => sql<{ percent: number }[]>`
      select split_part(application_name, ' ', 3)::int as percent from pg_stat_activity
      where application_name like ${`${name} %`}`,
  );
  return row?.percent;
}
