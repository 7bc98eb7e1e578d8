import type { Database } from '../client/connect.ts';
import { lockOutWriters } from './maintenance-lock.ts';
import { type RecountOptions, runRecount } from './recount.ts';

/** Number of changed rows. */
export interface Rebuilt {
  /** Rows of `agg_events_minute` that were missing or wrong. */
  readonly written: number;
  /** Rows of `agg_events_minute` without events. */
  readonly removed: number;
  /** Rows of `rollup_values` that were missing, wrong or without events. */
  readonly rollups: number;
}

/**
 * Rebuilds the aggregates and roll-ups from the events and dead letters in one transaction, and changes nothing else.
 * Locks out writers, because a batch that is stored during the recount would be missing in the rebuilt
 * counts. Takes the lock first, so that the recount's snapshot includes every batch stored before it.
 */
export async function rebuildAggregates(database: Database, options: RecountOptions = {}): Promise<Rebuilt> {
  // Several statements in one message are one transaction; the result is a list of row lists.
  const results = await runRecount<readonly Rebuilt[]>(
    database,
    (recount) => `${lockOutWriters}
      lock table pipeline.raw_events, pipeline.agg_events_minute, pipeline.dlq_events, pipeline.agg_dead_letters
        in share row exclusive mode;
      ${recountDeadLetters};
      with ${recount}, written as (
        insert into pipeline.agg_events_minute (minute, event_type, event_count)
        select minute, event_type, events from recount
        except select minute, event_type, event_count from pipeline.agg_events_minute
        on conflict (minute, event_type) do update set event_count = excluded.event_count
        returning 1
      ), removed as (
        delete from pipeline.agg_events_minute as total
        where not exists (select from recount where recount.minute = total.minute and recount.event_type = total.event_type)
        returning 1
      )
      select (select count(*) from written)::int as written, (select count(*) from removed)::int as removed,
             pipeline.repair_rollups() as rollups`,
    options,
  );
  const rebuilt = results.at(-1)?.at(0);
  if (rebuilt === undefined) throw new Error('Postgres returned no row');
  return rebuilt;
}

const recountDeadLetters = `delete from pipeline.agg_dead_letters;
      insert into pipeline.agg_dead_letters (status, reason, event_type, source_topic, letter_count)
      select status, reason, event_type, source_topic, count(*) from pipeline.dlq_events group by 1, 2, 3, 4`;
