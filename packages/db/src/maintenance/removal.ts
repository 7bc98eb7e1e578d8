import type { Leaf } from './leaves.ts';

/** Blocks of a table, from one up to another. */
export interface BlockRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The statements that remove the old events of some blocks, take them from the counts, and record that, as one
 * transaction. Writers wait for the lock on the counts, and else a count that one of them raises meanwhile might be
 * removed as if it were empty.
 */
export function removeRangeText(
  { name }: Leaf,
  { from, to }: BlockRange,
  before: Date,
  purgeId: bigint,
): string {
  return `lock table agg_events_minute in share row exclusive mode;
    with gone as (
      delete from ${name} where ctid >= '(${from},0)' and ctid < '(${to},0)' and event_time < ${literal(before)}
      returning event_time, event_type
    ), ${uncount(purgeId)}`;
}

/**
 * The statements that drop a partition with all that is in it, unless a younger event has come meanwhile. Its locks are
 * taken in the order of the writers: the events, then the counts.
 */
export function removePartitionText({ name }: Leaf, before: Date, purgeId: bigint): string {
  return `do $purge$ begin
    lock table raw_events in access exclusive mode;
    lock table agg_events_minute in share row exclusive mode;
    if not exists (select from ${name} where event_time >= ${literal(before)}) then
      with gone as (select event_time, event_type from ${name}), ${uncount(purgeId)};
      drop table ${name};
    end if;
  end $purge$`;
}

/** Takes the events of `gone` from the counts, and records how many they were. */
function uncount(purgeId: bigint): string {
  return `counted as materialized (
      select date_bin('1 minute', event_time, 'epoch') as minute, event_type, count(*) as events from gone group by 1, 2
    ), reduced as (
      update agg_events_minute as total set event_count = event_count - events from counted
      where total.minute = counted.minute and total.event_type = counted.event_type and event_count > events
    ), emptied as (
      delete from agg_events_minute as total using counted
      where total.minute = counted.minute and total.event_type = counted.event_type and event_count <= events
    )
    insert into purged_rows as purged (purge_id, table_name, row_count)
    select ${purgeId}, 'raw_events', sum(events) from counted having sum(events) > 0
    on conflict (purge_id, table_name, topic, partition) do update set row_count = purged.row_count + excluded.row_count`;
}

function literal(moment: Date): string {
  return `timestamptz '${moment.toISOString()}'`;
}
