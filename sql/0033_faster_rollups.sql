-- Counts the stored rows of a batch faster: a member is read once per event instead of twice, events are grouped by
-- the texts of their members, by hashing, before these become a key, and the groups of a transaction wait as arrays
-- instead of JSON. What a roll-up contains remains the same.

create or replace function rollup_groups(one rollups, source text) returns text language plpgsql stable as $$
declare
  paths constant text[] := array(
    select array(select jsonb_array_elements_text(dimension -> 'path'))::text
    from jsonb_array_elements(one.dimensions) with ordinality as dimensions (dimension, n) order by n);
  names constant text[] := array(select 'key_' || n from generate_series(1, cardinality(paths)) as n);
  members constant text[] := array(
    select format(', payload #> %L as %s', path, name) from unnest(paths, names) as keys (path, name));
  -- Cut after 201 characters: longer members belong to no key, and must not fill the memory of a hash.
  keys constant text[] := array(select format(', left(rollup_key(%s), 201) as %1$s', name) from unnest(names) as name);
  lengths constant text[] := array(select format(', length(%s)', name) from unnest(names) as name);
  columns constant text[] := array(select ', ' || name from unnest(names) as name);
  aggregate constant text := case when one.aggregate in ('min', 'max') then one.aggregate else 'sum' end;
begin
  return format($query$
    select %1$s as rollup_id, bucket, key_id, new_key, %2$s(value) as value,
           sum(event_count)::bigint as event_count, sum(left_out)::bigint as left_out
    from (
      select bucket, coalesce(key_id, 0) as key_id, value, event_count, left_out,
             case when key_id is null
                    and (select coalesce(max(key_id), 0) from rollup_keys where rollup_id = %1$s) < %3$s
                  then groups.key end as new_key
      from (
        select bucket, case when greatest(0%4$s) <= 200 then array[%5$s]::text[] end as key, %6$s as value,
               count(number) as event_count, count(*) - count(number) as left_out
        from (
          select date_bin('%7$s minutes', event_time, timestamptz '2000-01-01 00:00:00+00 BC') as bucket,
                 %8$s as number%9$s
          from (
            select event_time%10$s%11$s from %12$s where event_type = %13$L offset 0
          ) as members offset 0
        ) as events
        group by bucket%14$s
      ) as groups
      left join rollup_keys on rollup_keys.rollup_id = %1$s and rollup_keys.key = groups.key
    ) as groups_by_id
    group by bucket, key_id, new_key$query$,
    one.rollup_id, aggregate, one.key_limit, array_to_string(lengths, ''), array_to_string(names, ', '),
    case one.aggregate when 'count' then 'null::numeric' else aggregate || '(number)' end, one.bucket_minutes,
    case one.aggregate when 'count' then '1' else 'rollup_number(number)' end, array_to_string(keys, ''),
    case one.aggregate when 'count' then '' else format(', payload #> %L as number', one.member) end,
    array_to_string(members, ''), source, one.event_type, array_to_string(columns, ''));
end
$$;

-- Most values of a count have no number, and need no look-up of their aggregate.
create or replace function merge_rollups(
  ids int[], buckets timestamptz[], key_ids int[], numbers numeric[], counts bigint[], others bigint[]
) returns void language plpgsql as $$
begin
  insert into rollup_values as total (rollup_id, bucket, key_id, value, event_count, left_out)
  select * from unnest(ids, buckets, key_ids, numbers, counts, others) as added (id)
  where id in (select rollup_id from rollups) order by 1, 2, 3
  on conflict (rollup_id, bucket, key_id) do update set
    value = case
              when total.event_count + excluded.event_count = 0 then null
              when excluded.value is null then total.value
              else case (select aggregate from rollups where rollups.rollup_id = excluded.rollup_id)
                     when 'min' then least(total.value, excluded.value)
                     when 'max' then greatest(total.value, excluded.value)
                     else coalesce(total.value + excluded.value, excluded.value) end
            end,
    event_count = total.event_count + excluded.event_count,
    left_out = total.left_out + excluded.left_out;
end
$$;

-- Adds the groups that count_rollups() has collected in this transaction: a row per statement, with the text of an
-- array for each column. Only groups with new keys, or of several statements, may have to be merged first.
drop function add_to_rollups(jsonb);
create function add_to_rollups(groups text[]) returns void language plpgsql as $$
declare
  columns text[];
  ids int[];
  epochs bigint[];
  key_ids int[];
  new_keys text[];
  numbers numeric[];
  counts bigint[];
  others bigint[];
  admitting int;
begin
  foreach columns slice 1 in array groups loop
    ids := ids || columns[1]::int[];
    epochs := epochs || columns[2]::bigint[];
    key_ids := key_ids || columns[3]::int[];
    new_keys := new_keys || columns[4]::text[];
    numbers := numbers || columns[5]::numeric[];
    counts := counts || columns[6]::bigint[];
    others := others || columns[7]::bigint[];
  end loop;

  if array_length(groups, 1) > 1 or array_remove(new_keys, null) <> '{}' then
    for admitting in
      select distinct r from unnest(ids, new_keys) as added (r, k) where k is not null order by r
    loop
      perform admit_rollup_keys(admitting, array_agg(k), array_agg(n + l))
      from unnest(ids, new_keys, counts, others) as added (r, k, n, l) where r = admitting and k is not null;
    end loop;
    select array_agg(r), array_agg(b), array_agg(id), array_agg(value), array_agg(events), array_agg(without)
    into ids, epochs, key_ids, numbers, counts, others
    from (select r, b, coalesce(key_id, i) as id,
                 case aggregate when 'min' then min(v) when 'max' then max(v) else sum(v) end as value,
                 sum(n)::bigint as events, sum(l)::bigint as without
          from unnest(ids, epochs, key_ids, new_keys, numbers, counts, others) as added (r, b, i, k, v, n, l)
          join rollups on rollup_id = r
          left join rollup_keys on rollup_keys.rollup_id = r and key = k::text[]
          group by 1, 2, 3, aggregate) as merged;
  end if;

  perform merge_rollups(ids, array(select to_timestamp(epoch) from unnest(epochs) as epoch), key_ids, numbers, counts,
                        others);
end
$$;

create or replace function apply_rollups() returns trigger language plpgsql security definer
set search_path from current set array_nulls = on as $$
declare
  groups constant text := nullif(current_setting('rollup.groups', true), '');
begin
  if tg_relid <> 'ingest_progress'::regclass then
    raise insufficient_privilege using message = 'apply_rollups() is only for ingest_progress';
  end if;
  if groups is not null then
    perform set_config('rollup.groups', '', true);
    perform add_to_rollups(groups::text[]);
  end if;
  return null;
end
$$;

-- Creates the triggers, or drops them if there is no roll-up. The transaction must have locked ingest_progress and
-- raw_events against writers, in this order, so that an event is either counted by the new triggers or visible to the
-- next snapshot. count_rollups() groups the stored rows, but its writer has other rows to lock first: the groups wait
-- in a setting of the transaction until the ledger is updated.
create or replace function install_rollups() returns void language plpgsql as $$
declare
  all_groups constant text := (select string_agg(rollup_groups(one, 'added'), ' union all ' order by one.rollup_id)
                               from rollups as one);
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
  select array[[array_agg(rollup_id)::text, array_agg(extract(epoch from bucket)::bigint)::text,
                array_agg(key_id)::text, array_agg(new_key::text)::text, array_agg(value)::text,
                array_agg(event_count)::text, array_agg(left_out)::text]]
  into groups from (%s) as groups;
  if groups[1][1] is not null then
    perform set_config('rollup.groups',
      (coalesce(nullif(current_setting('rollup.groups', true), '')::text[], '{}') || groups)::text, true);
  end if;
  return null;
end
$body$, all_groups));
  revoke execute on function count_rollups() from public;
  create or replace trigger count_rollups after insert on raw_events
    referencing new table as added for each statement execute function count_rollups();
  create or replace trigger apply_rollups after update on ingest_progress
    for each statement execute function apply_rollups();
end
$$;

-- Writers wait while roll-ups are declared. The rows of those that leave, possibly millions, are deleted afterwards.
do $$
declare
  former constant text := pg_get_functiondef('declare_rollups(jsonb)'::regprocedure);
  brief constant text := regexp_replace(former, '\n *delete from rollup_(keys|values) where rollup_id = any \(leaving\);', '', 'g');
begin
  if brief = former then
    raise exception 'declare_rollups() has another form than expected';
  end if;
  execute brief;
end
$$;

do $$
declare
  one regprocedure;
begin
  for one in
    select oid::regprocedure from pg_proc
    where pronamespace = current_schema()::regnamespace
      and proname in ('rollup_groups', 'merge_rollups', 'add_to_rollups', 'apply_rollups', 'install_rollups')
  loop
    execute format('alter function %s set search_path = %I, pg_temp', one, current_schema());
  end loop;
  if exists (select from rollups) then
    lock table ingest_progress in exclusive mode;
    lock table raw_events in share row exclusive mode;
    perform install_rollups();
  end if;
end
$$;

comment on function add_to_rollups is 'Adds the groups of a transaction to roll-ups';
select grant_to_roles();
