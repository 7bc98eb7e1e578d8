-- Roll-ups of events by time bucket and key (docs/decisions/0033-rollups-in-the-database.md). Triggers maintain them,
-- which install_rollups() creates once there is one: whichever version of a consumer stores an event, it is counted.

-- backfilling: new events are added, stored ones are not yet. retired: replaced by another of its name; it is deleted
-- once no writer knows it.
create table rollups (
  rollup_id      int         not null generated always as identity primary key,
  event_type     text        not null,
  name           text        not null,
  aggregate      text        not null check (aggregate in ('count', 'sum', 'min', 'max')),
  member         text[], -- a path; null for count
  dimensions     jsonb       not null, -- [{"name":…,"path":[…]}]
  bucket_minutes int         not null check (bucket_minutes between 1 and 1440 and 1440 % bucket_minutes = 0),
  key_limit      int         not null check (key_limit > 0),
  view_name      text        not null,
  status         text        not null default 'backfilling' check (status in ('backfilling', 'active', 'retired')),
  created_at     timestamptz not null default now(),
  check ((member is null) = (aggregate = 'count'))
);
create unique index rollups_by_name on rollups (event_type, name, status) where status <> 'retired';

-- The keys that a roll-up distinguishes, at most key_limit. They are never removed, so that a recount assigns each
-- event to the same key. Events with any other key, or with one of more than 200 characters, count under key_id 0.
create table rollup_keys (
  rollup_id int    not null,
  key_id    int    not null check (key_id > 0),
  key       text[] not null,
  primary key (rollup_id, key_id),
  unique (rollup_id, key)
);

create table rollup_values (
  rollup_id   int         not null,
  bucket      timestamptz not null,
  key_id      int         not null,
  value       numeric, -- null for count, and without a number
  event_count bigint      not null,
  left_out    bigint      not null,
  primary key (rollup_id, bucket, key_id)
) with (fillfactor = 70);

-- A JSON number of at most 30 digits before and 20 after the decimal point; null for other JSON.
create function rollup_number(member jsonb) returns numeric language sql immutable parallel safe
return case when jsonb_typeof(member) = 'number' then
         case when abs(member::numeric) < 1e30 and min_scale(member::numeric) <= 20 then trim_scale(member::numeric) end
       end;

-- The text of a JSON string, number or boolean; null for other JSON.
create function rollup_key(member jsonb) returns text language sql immutable parallel safe
return case when jsonb_typeof(member) in ('string', 'number', 'boolean') then member #>> '{}' end;

-- The query that groups the events of a source (a table or a subquery) for a roll-up: the only definition of what a
-- roll-up contains, for inserts, backfills, purges and recounts. new_key is a key that could still be admitted. Once
-- the roll-up has as many as its limit, it has no new ones, so that a group never moves from key_id 0 to another.
create function rollup_groups(one rollups, source text) returns text language plpgsql stable as $$
declare
  paths constant text[] := array(
    select array(select jsonb_array_elements_text(dimension -> 'path'))::text
    from jsonb_array_elements(one.dimensions) with ordinality as dimensions (dimension, n) order by n);
  names constant text[] := array(select 'key_' || n from generate_series(1, cardinality(paths)) as n);
  columns constant text[] := array(
    select format(', rollup_key(payload #> %L) as %s', path, name) from unnest(paths, names) as keys (path, name));
  lengths constant text[] := array(select format(', length(%s)', name) from unnest(names) as name);
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
          from %10$s where event_type = %11$L offset 0
        ) as events
        group by 1, 2
      ) as groups
      left join rollup_keys on rollup_keys.rollup_id = %1$s and rollup_keys.key = groups.key
    ) as groups_by_id
    group by bucket, key_id, new_key$query$,
    one.rollup_id, aggregate, one.key_limit, array_to_string(lengths, ''), array_to_string(names, ', '),
    case one.aggregate when 'count' then 'null::numeric' else aggregate || '(number)' end, one.bucket_minutes,
    case one.aggregate when 'count' then '1' else format('rollup_number(payload #> %L)', one.member) end,
    array_to_string(columns, ''), source, one.event_type);
end
$$;

-- Adds groups to the values. Writers call it with their last locks, and it locks in key order, so that two of them
-- cannot deadlock.
create function merge_rollups(
  ids int[], buckets timestamptz[], key_ids int[], numbers numeric[], counts bigint[], others bigint[]
) returns void language plpgsql as $$
begin
  insert into rollup_values as total (rollup_id, bucket, key_id, value, event_count, left_out)
  select * from unnest(ids, buckets, key_ids, numbers, counts, others) order by 1, 2, 3
  on conflict (rollup_id, bucket, key_id) do update set
    value = case when total.event_count + excluded.event_count <> 0 then
              case (select aggregate from rollups where rollups.rollup_id = excluded.rollup_id)
                when 'min' then least(total.value, excluded.value)
                when 'max' then greatest(total.value, excluded.value)
                else coalesce(total.value + excluded.value, total.value, excluded.value) end
            end,
    event_count = total.event_count + excluded.event_count,
    left_out = total.left_out + excluded.left_out;
end
$$;

-- Admits new keys to a roll-up while it has fewer than its limit, those with the most events first. Locks the roll-up:
-- of two writers with new keys, the second one sees what the first has admitted.
create function admit_rollup_keys(admitting int, new_keys text[], counts bigint[]) returns void language plpgsql as $$
declare
  room constant int := (select key_limit from rollups where rollup_id = admitting for update);
  last_id constant int := (select coalesce(max(key_id), 0) from rollup_keys where rollup_id = admitting);
begin
  insert into rollup_keys (rollup_id, key_id, key)
  select admitting, last_id + row_number() over (order by events desc, key), key
  from (select new_key::text[] as key, sum(events) as events
        from unnest(new_keys, counts) as wanted (new_key, events) group by 1) as wanted
  where not exists (select from rollup_keys where rollup_id = admitting and rollup_keys.key = wanted.key)
  order by 2 limit greatest(room - last_id, 0);
end
$$;

-- Adds the groups that count_rollups() has collected in this transaction.
create function add_to_rollups(groups jsonb) returns void language plpgsql as $$
declare
  admitting int;
begin
  for admitting in
    select distinct r from jsonb_to_recordset(groups) as added (r int, k text) where k is not null order by r
  loop
    perform admit_rollup_keys(admitting, array_agg(k), array_agg(n + l))
    from jsonb_to_recordset(groups) as added (r int, k text, n bigint, l bigint) where r = admitting and k is not null;
  end loop;

  perform merge_rollups(array_agg(r), array_agg(bucket), array_agg(id), array_agg(value), array_agg(n), array_agg(l))
  from (select r, to_timestamp(b) as bucket, coalesce(key_id, i) as id,
               case aggregate when 'min' then min(v) when 'max' then max(v) else sum(v) end as value,
               sum(n)::bigint as n, sum(l)::bigint as l
        from jsonb_to_recordset(groups) as added (r int, b bigint, i int, k text, v numeric, n bigint, l bigint)
        join rollups on rollup_id = r
        left join rollup_keys on rollup_keys.rollup_id = r and key = k::text[]
        group by 1, 2, 3, aggregate) as merged
  having count(*) > 0;
end
$$;

-- After an update of the ledger, which a writer does last: adds what its transaction has stored.
create function apply_rollups() returns trigger language plpgsql security definer set search_path from current as $$
declare
  groups constant text := nullif(current_setting('rollup.groups', true), '');
begin
  if tg_relid <> 'ingest_progress'::regclass then
    raise insufficient_privilege using message = 'apply_rollups() is only for ingest_progress';
  end if;
  if groups is not null then
    perform set_config('rollup.groups', '', true);
    perform add_to_rollups(groups::jsonb);
  end if;
  return null;
end
$$;

-- Creates the triggers, or drops them if there is no roll-up. The transaction must have locked ingest_progress and
-- raw_events against writers, in this order, so that an event is either counted by the new triggers or visible to the
-- next snapshot. count_rollups() groups the stored rows, but its writer has other rows to lock first: the groups wait
-- in a setting of the transaction until the ledger is updated.
create function install_rollups() returns void language plpgsql as $$
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
     language plpgsql security definer set search_path = %I, pg_temp as %L',
    current_schema(), format($body$
declare
  groups jsonb;
begin
  if tg_relid <> 'raw_events'::regclass then
    raise insufficient_privilege using message = 'count_rollups() is only for raw_events';
  end if;
  select jsonb_agg(jsonb_build_object('r', rollup_id, 'b', extract(epoch from bucket)::bigint, 'i', key_id,
                                      'k', new_key::text, 'v', value, 'n', event_count, 'l', left_out))
  into groups from (%s) as groups;
  if groups is not null then
    perform set_config('rollup.groups',
      (coalesce(nullif(current_setting('rollup.groups', true), '')::jsonb, '[]') || groups)::text, true);
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

-- Creates or replaces the view of a roll-up. Its columns may differ from before.
create function create_rollup_view(shown int) returns void language plpgsql as $$
declare
  one rollups;
  columns text[];
  definition text;
begin
  select * into one from rollups where rollup_id = shown;
  columns := array['bucket'] || array(
    select format('key[%s] as %I', n, dimension ->> 'name')
    from jsonb_array_elements(one.dimensions) with ordinality as dimensions (dimension, n) order by n);
  if jsonb_array_length(one.dimensions) > 0 then columns := columns || text 'key_id = 0 as is_other'; end if;
  columns := columns || case one.aggregate
    when 'count' then array[format('event_count as %I', one.name)]
    else array[format('trim_scale(value) as %I', one.name), 'event_count as events', 'left_out'] end;
  definition := format(
    'view %I as select %s from rollup_values left join rollup_keys using (rollup_id, key_id) where rollup_id = %s',
    one.view_name, array_to_string(columns, ', '), shown);
  begin
    execute 'create or replace ' || definition;
  exception
    when invalid_table_definition then
      execute format('drop view %I', one.view_name);
      execute 'create ' || definition;
  end;
  execute format('comment on view %I is %L', one.view_name,
    format('Roll-up %s of the events of the type %s, in time buckets of %s minutes', one.name, one.event_type,
           one.bucket_minutes));
end
$$;

-- A roll-up as its definition declares it.
create function rollup_form(one rollups) returns jsonb language sql stable
return to_jsonb(one) - array['rollup_id', 'status', 'created_at'];

-- Makes the roll-ups those of a definition: deletes others, and adds new ones, which must be filled. One that is now
-- declared differently remains until its successor is filled. Writers wait only if there is something to do. Returns
-- the roll-ups that must be filled.
create function declare_rollups(declared jsonb) returns setof int language plpgsql as $$
declare
  wanted constant rollups[] := array(
    select jsonb_populate_record(null::rollups, one) from jsonb_array_elements(declared) as one);
  missing constant rollups[] := array(
    select other from unnest(wanted) as other
    where not exists (select from rollups as one where status <> 'retired' and rollup_form(one) = rollup_form(other)));
  leaving constant int[] := array(
    select rollup_id from rollups as one
    where status = 'retired'
       or not exists (select from unnest(wanted) as other
                      where (other.event_type, other.name) = (one.event_type, one.name)
                        and (one.status = 'active' or rollup_form(other) = rollup_form(one))));
  one_view text;
begin
  if cardinality(missing) > 0 or cardinality(leaving) > 0 then
    -- Every writer locks the ledger first, at least in row share mode, which only an exclusive lock waits for.
    lock table ingest_progress in exclusive mode;
    lock table raw_events in share row exclusive mode;
    for one_view in
      select view_name from rollups where rollup_id = any (leaving)
      except select view_name from rollups where rollup_id <> all (leaving)
    loop
      execute format('drop view if exists %I', one_view);
    end loop;
    delete from rollups where rollup_id = any (leaving);
    delete from rollup_keys where rollup_id = any (leaving);
    delete from rollup_values where rollup_id = any (leaving);
    for one_view in select view_name from unnest(missing) except select view_name from rollups loop
      if to_regclass(format('%I', one_view)) is not null then
        raise duplicate_table using message = format('something else has the name of the view %s', one_view);
      end if;
    end loop;
    insert into rollups (event_type, name, aggregate, member, dimensions, bucket_minutes, key_limit, view_name)
    select event_type, name, aggregate, member, dimensions, bucket_minutes, key_limit, view_name from unnest(missing);
    perform install_rollups();
    perform grant_to_roles();
  end if;
  return query select rollup_id from rollups where status = 'backfilling' order by 1;
end
$$;

-- Adds the stored events to a roll-up that so far has only those stored since its trigger exists, and makes it active.
-- One snapshot sees all stored events and what of them has been added; their difference is what is missing. Writers
-- do not wait until it is added. Maintenance must wait, because a purged event would look like a missing one.
create function fill_rollup(filling int) returns void language plpgsql as $$
declare
  one rollups;
begin
  select * into one from rollups where rollup_id = filling and status = 'backfilling';
  if not found then return; end if;
  -- The rows that are locked below are locked only briefly by others.
  perform set_config('lock_timeout', '0', true);
  execute format(
    'create temporary table rollup_missing on commit drop as
     %s union all
     select rollup_id, bucket, key_id, null, case when %L = ''sum'' then -value end, -event_count, -left_out
     from rollup_values where rollup_id = %s',
    rollup_groups(one, 'raw_events'), one.aggregate, filling);
  -- In the order in which writers lock them.
  perform from rollups where (event_type, name) = (one.event_type, one.name) order by rollup_id for update;
  perform admit_rollup_keys(filling, array_agg(new_key::text), array_agg(event_count + left_out))
  from pg_temp.rollup_missing where new_key is not null;
  perform merge_rollups(array_agg(rollup_id), array_agg(bucket), array_agg(id), array_agg(value),
                        array_agg(event_count), array_agg(left_out))
  from (select missing.rollup_id, bucket, coalesce(rollup_keys.key_id, missing.key_id) as id,
               case one.aggregate when 'min' then min(value) when 'max' then max(value) else sum(value) end as value,
               sum(event_count)::bigint as event_count, sum(left_out)::bigint as left_out
        from pg_temp.rollup_missing as missing
        left join rollup_keys on rollup_keys.rollup_id = filling and key = new_key
        group by 1, 2, 3) as merged
  having count(*) > 0;
  update rollups set status = 'retired'
  where (event_type, name, status) = (one.event_type, one.name, 'active');
  update rollups set status = 'active' where rollup_id = filling;
  perform create_rollup_view(filling);
  perform grant_to_roles();
  drop table pg_temp.rollup_missing;
end
$$;

-- What the values of the active roll-ups must be, in the snapshot of the calling statement.
create function recount_rollups() returns table (
  rollup_id int, bucket timestamptz, key_id int, value numeric, event_count bigint, left_out bigint
) language plpgsql stable as $$
#variable_conflict use_column
declare
  one rollups;
begin
  for one in select * from rollups where status = 'active' order by rollup_id loop
    return query execute format(
      'select rollup_id, bucket, key_id, %s(value), sum(event_count)::bigint, sum(left_out)::bigint
       from (%s) as groups group by 1, 2, 3',
      case when one.aggregate in ('min', 'max') then one.aggregate else 'sum' end, rollup_groups(one, 'raw_events'));
  end loop;
end
$$;

-- Makes the values of the active roll-ups what they must be, while writers wait. Returns the number of changed rows.
create function repair_rollups() returns int language plpgsql as $$
declare
  one rollups;
  changed int;
begin
  for one in select * from rollups where status = 'active' order by rollup_id loop
    execute format(
      'select admit_rollup_keys(%s, array_agg(new_key::text), array_agg(event_count + left_out)) from (%s) as groups
       where new_key is not null', one.rollup_id, rollup_groups(one, 'raw_events'));
  end loop;
  with correct as materialized (
    select * from recount_rollups()
  ), removed as (
    delete from rollup_values as total using rollups
    where rollups.rollup_id = total.rollup_id and status = 'active'
      and not exists (select from correct where (correct.rollup_id, correct.bucket, correct.key_id)
                                              = (total.rollup_id, total.bucket, total.key_id))
    returning 1
  ), written as (
    insert into rollup_values as total
    select * from correct
    on conflict (rollup_id, bucket, key_id) do update
      set value = excluded.value, event_count = excluded.event_count, left_out = excluded.left_out
      where (total.value, total.event_count, total.left_out)
            is distinct from (excluded.value, excluded.event_count, excluded.left_out)
    returning 1
  )
  select (select count(*) from removed) + (select count(*) from written) into changed;
  return changed;
end
$$;

-- Before events are deleted while writers wait: groups those of a source (a table or a subquery).
create function measure_rollups(source text) returns void language plpgsql as $$
declare
  all_groups constant text := (select string_agg(rollup_groups(one, source), ' union all ') from rollups as one
                               where status = 'active');
begin
  if all_groups is null then return; end if;
  execute format(
    'create temporary table rollup_leaving on commit drop as
     select rollup_id, bucket, key_id, sum(value) as total, min(value) as lowest, max(value) as highest,
            sum(event_count)::bigint as event_count, sum(left_out)::bigint as left_out
     from (%s) as groups group by 1, 2, 3', all_groups);
end
$$;

-- After they were deleted: subtracts the groups, and reads the lowest or highest number again where it has left. A
-- roll-up that is being filled starts over: what it has is compared with the stored events when it is filled.
create function subtract_from_rollups() returns void language plpgsql as $$
declare
  one rollups;
  first_bucket timestamptz;
  last_bucket timestamptz;
begin
  delete from rollup_values where rollup_id in (select rollup_id from rollups where status <> 'active');
  if to_regclass('pg_temp.rollup_leaving') is null then return; end if;
  update rollup_values as remaining set
    value = case when remaining.event_count > leaving.event_count then
              case aggregate when 'sum' then remaining.value - coalesce(leaving.total, 0) else remaining.value end end,
    event_count = remaining.event_count - leaving.event_count,
    left_out = remaining.left_out - leaving.left_out
  from pg_temp.rollup_leaving as leaving join rollups using (rollup_id)
  where (remaining.rollup_id, remaining.bucket, remaining.key_id) = (leaving.rollup_id, leaving.bucket, leaving.key_id);
  delete from rollup_values where event_count = 0 and left_out = 0 and rollup_id in (select rollup_id from rollups);
  for one in select * from rollups where status = 'active' and aggregate in ('min', 'max') order by rollup_id loop
    select min(bucket), max(bucket) into first_bucket, last_bucket
    from pg_temp.rollup_leaving as leaving join rollup_values as remaining using (rollup_id, bucket, key_id)
    where rollup_id = one.rollup_id and value = case one.aggregate when 'min' then lowest else highest end;
    if first_bucket is null then continue; end if;
    execute format(
      'update rollup_values as remaining set value = present.value
       from (select bucket, key_id, %s(value) as value from (%s) as groups group by 1, 2) as present
       where rollup_id = %s and (remaining.bucket, remaining.key_id) = (present.bucket, present.key_id)',
      one.aggregate,
      rollup_groups(one, format('(select * from raw_events where event_time >= %L and event_time < %L) as kept',
                                first_bucket, last_bucket + one.bucket_minutes * interval '1 minute')),
      one.rollup_id);
  end loop;
  drop table pg_temp.rollup_leaving;
end
$$;

-- The functions work on the schema that they are in, without the schemas of other users.
do $$
declare
  one regprocedure;
begin
  for one in
    select oid::regprocedure from pg_proc
    where pronamespace = current_schema()::regnamespace
      and proname in ('rollup_groups', 'merge_rollups', 'admit_rollup_keys', 'add_to_rollups', 'apply_rollups',
                      'install_rollups', 'rollup_form', 'create_rollup_view', 'declare_rollups', 'fill_rollup',
                      'recount_rollups', 'repair_rollups', 'measure_rollups', 'subtract_from_rollups')
  loop
    execute format('alter function %s set search_path = %I, pg_temp', one, current_schema());
  end loop;
end
$$;
revoke execute on function apply_rollups() from public;

comment on table rollups is 'Roll-ups of event types, as their definition declares them; maintained by its migrations';
comment on column rollups.rollup_id is 'Identifies the roll-up; one that is declared differently has another id';
comment on column rollups.event_type is 'Type of its events';
comment on column rollups.name is 'Its name, unique for the type';
comment on column rollups.aggregate is 'count, sum, min or max';
comment on column rollups.member is 'Path of the number in the payload; null for count';
comment on column rollups.dimensions is 'The members that its key consists of: their names and paths';
comment on column rollups.bucket_minutes is 'Length of a time bucket; buckets divide a day in UTC';
comment on column rollups.key_limit is 'Number of different keys that are kept; events with others count together';
comment on column rollups.view_name is 'Name of its view';
comment on column rollups.status is
  'backfilling (stored events are being added), active, or retired (replaced, and about to be deleted)';
comment on column rollups.created_at is 'When it was first declared in this form';

comment on table rollup_keys is 'The keys that roll-ups keep, in the order in which they were admitted';
comment on column rollup_keys.rollup_id is 'The roll-up';
comment on column rollup_keys.key_id is 'Identifies the key within the roll-up; from 1 on';
comment on column rollup_keys.key is 'The members of the key as text; null for a member that is missing';

comment on table rollup_values is
  'The values of roll-ups: in every snapshot exactly those of a recount of raw_events. Its views are easier to read';
comment on column rollup_values.rollup_id is 'The roll-up';
comment on column rollup_values.bucket is 'Start of the time bucket';
comment on column rollup_values.key_id is 'The key; 0 for all keys that are not kept';
comment on column rollup_values.value is 'Sum, minimum or maximum; null for a count, and without a number';
comment on column rollup_values.event_count is 'Number of events that count';
comment on column rollup_values.left_out is
  'Number of events whose member is missing, no number, or beyond 30 digits before and 20 after the decimal point';

comment on function rollup_number(jsonb) is 'A JSON number that a roll-up can count; null for other JSON';
comment on function rollup_key(jsonb) is 'A JSON string, number or boolean as text; null for other JSON';
comment on function rollup_groups(rollups, text) is 'The query that groups events for a roll-up';
comment on function merge_rollups is 'Adds groups to roll-ups';
comment on function admit_rollup_keys is 'Admits keys to a roll-up while it has fewer than its limit';
comment on function add_to_rollups is 'Adds the groups of a transaction to roll-ups';
comment on function apply_rollups is 'Adds what a writer has stored to roll-ups; only for its trigger';
comment on function install_rollups is 'Creates the triggers that maintain roll-ups, or drops them if there is none';
comment on function rollup_form is 'A roll-up as its definition declares it';
comment on function create_rollup_view is 'Creates or replaces the view of a roll-up';
comment on function declare_rollups is 'Makes the roll-ups those of a definition';
comment on function fill_rollup is 'Adds the stored events to a new roll-up';
comment on function recount_rollups is 'Counts all roll-ups again';
comment on function repair_rollups is 'Corrects all roll-ups, while writers wait';
comment on function measure_rollups is 'Groups the events that are about to be deleted';
comment on function subtract_from_rollups is 'Subtracts deleted events from roll-ups';

-- Adds to what grant_to_roles() grants, and keeps what earlier migrations have added.
do $$
declare
  former constant text := pg_get_functiondef('grant_to_roles()'::regprocedure);
  with_views constant text := replace(
    former, 'select quote_ident(view_name) from view_definitions',
    'select quote_ident(view_name) from (select view_name from view_definitions union select view_name from rollups) as named');
  with_tables constant text := replace(
    with_views, '''view_definitions''', '''view_definitions'', ''rollups'', ''rollup_keys'', ''rollup_values''');
  with_functions constant text := replace(
    with_tables, '''count_dead_letters'', ''grant_to_roles''',
    '''count_dead_letters'', ''grant_to_roles'', ''rollup_number'', ''rollup_key'', ''rollup_groups'', ''merge_rollups'',
                      ''admit_rollup_keys'', ''add_to_rollups'', ''apply_rollups'', ''count_rollups'', ''install_rollups'',
                      ''rollup_form'', ''create_rollup_view'', ''declare_rollups'', ''fill_rollup'',
                      ''recount_rollups'', ''repair_rollups'', ''measure_rollups'', ''subtract_from_rollups''');
begin
  if with_views = former or with_tables = with_views or with_functions = with_tables then
    raise exception 'grant_to_roles() has another form than expected';
  end if;
  execute with_functions;
end
$$;

select grant_to_roles();
