-- Most small batches have no event with a roll-up, and to group none of their rows took a tenth of a millisecond.

create or replace function install_rollups() returns void language plpgsql as $$
declare
  all_groups constant text := (select string_agg(rollup_groups(one, 'added'), ' union all ' order by one.rollup_id)
                               from rollups as one);
  types constant text[] := array(select distinct event_type from rollups order by 1);
begin
  if all_groups is null then
    drop trigger if exists count_rollups on raw_events;
    drop trigger if exists apply_rollups on ingest_progress;
    return;
  end if;
  execute format(
    'create or replace function count_rollups() returns trigger
     language plpgsql security definer set search_path = %I, pg_temp set enable_sort = off as %L',
    current_schema(), format($body$
declare
  groups text[];
begin
  if tg_relid <> 'raw_events'::regclass then
    raise insufficient_privilege using message = 'count_rollups() is only for raw_events';
  end if;
  if not exists (select from added where event_type = any (%L::text[])) then
    return null;
  end if;
  select array[[array_agg(rollup_id)::text, array_agg(extract(epoch from bucket)::bigint)::text,
                array_agg(key_id)::text, array_agg(new_key::text)::text, array_agg(value)::text,
                array_agg(event_count)::text, array_agg(left_out)::text]]
  into groups from (%s) as groups;
  perform set_config('rollup.groups',
    (coalesce(nullif(current_setting('rollup.groups', true), '')::text[], '{}') || groups)::text, true);
  return null;
end
$body$, types, all_groups));
  revoke execute on function count_rollups() from public;
  create or replace trigger count_rollups after insert on raw_events
    referencing new table as added for each statement execute function count_rollups();
  create or replace trigger apply_rollups after update on ingest_progress
    for each statement execute function apply_rollups();
end
$$;

do $$
begin
  execute format('alter function install_rollups() set search_path = %I, pg_temp', current_schema());
  if exists (select from rollups) then
    lock table ingest_progress in exclusive mode;
    lock table raw_events in share row exclusive mode;
    perform install_rollups();
  end if;
end
$$;

select grant_to_roles();
