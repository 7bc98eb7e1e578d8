import { minuteText } from '../minute-text.ts';
import type { Leaf } from './leaves.ts';

/** Blocks of a table; `to` is exclusive. */
export interface BlockRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Deletes the old events of a range of blocks, subtracts them from the counts and roll-ups, and records their number.
 * Writers must wait: otherwise a count that one of them increases could be deleted as empty. Does nothing if
 * the table no longer exists. Payloads are kept until then only if there are roll-ups.
 */
export function removeRangeText(
  { name }: Leaf,
  { from, to }: BlockRange,
  before: Date,
  purgeId: bigint,
): string {
  return `do $purge$ begin
    if to_regclass(${text(name)}) is null then return; end if;
    create temporary table gone on commit drop as with gone as (
      delete from ${name} where ctid >= '(${from},0)' and ctid < '(${to},0)' and event_time < ${moment(before)}
      returning event_time, event_type, case when exists (select from pipeline.rollups) then payload end as payload
    ) select * from gone;
    with counted as materialized (
      select ${minuteText('event_time')} as minute, event_type, count(*) as events from pg_temp.gone group by 1, 2
    ), ${uncount(purgeId)};
    perform pipeline.measure_rollups('pg_temp.gone');
    perform pipeline.subtract_from_rollups();
  end $purge$`;
}

/** Drops a partition with its rows, unless a younger event has arrived. */
export function removePartitionText({ name }: Leaf, before: Date, purgeId: bigint): string {
  return `do $purge$ begin
    if to_regclass(${text(name)}) is null then return; end if;
    lock table pipeline.raw_events in access exclusive mode;
    create temporary table leaving on commit drop as
      select ${minuteText('event_time')} as minute, event_type, count(*) as events, max(event_time) as youngest
      from ${name} group by 1, 2;
    if not exists (select from leaving where youngest >= ${moment(before)}) then
      with counted as materialized (select minute, event_type, events from leaving), ${uncount(purgeId)};
      perform pipeline.measure_rollups(${text(name)});
      drop table ${name};
      perform pipeline.subtract_from_rollups();
    end if;
  end $purge$`;
}

/** Subtracts the events in `counted` from the counts and records their number. */
function uncount(purgeId: bigint): string {
  return `reduced as (
      update pipeline.agg_events_minute as total set event_count = event_count - events from counted
      where total.minute = counted.minute and total.event_type = counted.event_type and event_count > events
    ), emptied as (
      delete from pipeline.agg_events_minute as total using counted
      where total.minute = counted.minute and total.event_type = counted.event_type and event_count <= events
    )
    insert into pipeline.purged_rows as purged (purge_id, table_name, row_count)
    select ${purgeId}, 'raw_events', sum(events) from counted having sum(events) > 0
    on conflict (purge_id, table_name, topic, partition) do update set row_count = purged.row_count + excluded.row_count`;
}

function moment(date: Date): string {
  return `timestamptz '${date.toISOString()}'`;
}

function text(name: string): string {
  return `'${name.replaceAll("'", "''")}'`;
}
