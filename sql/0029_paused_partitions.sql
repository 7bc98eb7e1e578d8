-- Partitions that an operator has paused; a row is deleted when its partition is resumed. Consumers poll this table,
-- because behind a transaction pooler they would not be notified.
create table paused_partitions (
  topic     text        not null,
  partition int         not null,
  paused_by text        not null,
  reason    text        not null,
  paused_at timestamptz not null default now(),
  primary key (topic, partition)
);

comment on table paused_partitions is
  'Partitions that an operator has paused; consumers do not read them until they are resumed';
comment on column paused_partitions.topic is 'Topic';
comment on column paused_partitions.partition is 'Partition';
comment on column paused_partitions.paused_by is 'Acting user';
comment on column paused_partitions.reason is 'Why the partition is paused; empty if none was given';
comment on column paused_partitions.paused_at is 'When it was paused';

-- As before, with the new table.
create or replace function grant_to_roles() returns void language plpgsql set search_path from current as $$
declare
  prefix constant text :=
    case current_schema() when 'public' then 'pipeline_' else format('pipeline_%s_', current_schema()) end;
  owner constant text := prefix || 'owner';
  views constant text[] := array(
    select quote_ident(view_name) from view_definitions
    join pg_class on relname = view_name and relkind = 'v' and relnamespace = current_schema()::regnamespace);
  tables constant text[] := views || array[
    'raw_events', 'agg_events_minute', 'dlq_events', 'agg_dead_letters', 'dlq_actions', 'ingest_progress',
    'stats_samples', 'purges', 'purged_rows', 'schema_migrations', 'view_definitions',
    'paused_partitions'];
  functions constant regprocedure[] := array(
    select oid::regprocedure from pg_proc
    where pronamespace = current_schema()::regnamespace
      and proname in ('check_ledger', 'count_dead_letters', 'grant_to_roles', 'json_bigint', 'json_numeric',
                      'json_boolean', 'json_timestamptz'));
  one record;
  one_table regclass;
  one_function regprocedure;
begin
  for one in
    select prefix || kind as role_name, privileges
    from (values
      -- The consumer: stores rows, but neither changes nor deletes events and dead letters.
      ('writer', 'select, insert on raw_events, dlq_events'),
      ('writer', 'select, insert, update on agg_events_minute, ingest_progress'),
      ('writer', 'execute on function check_ledger'),
      -- A replay stores nothing that a purge has removed.
      ('writer', 'select on paused_partitions, purges'),
      -- The stats commands and page: read only.
      ('reader', 'select on ' || array_to_string(tables, ', ')),
      -- Redriving and discarding dead letters, and the history of the stats page: may change a dead letter's
      -- status only.
      ('operator', 'select on ' || array_to_string(tables, ', ')),
      ('operator', 'update (status, resolved_at) on dlq_events'),
      ('operator', 'insert on dlq_actions'),
      ('operator', 'insert, delete on stats_samples'),
      -- Pausing and resuming partitions.
      ('operator', 'insert, delete on paused_partitions')
    ) as rights (kind, privileges)
    where to_regrole(quote_ident(prefix || kind)) is not null
  loop
    execute format('grant usage on schema %I to %I', current_schema(), one.role_name);
    execute format('grant %s to %I', one.privileges, one.role_name);
  end loop;

  -- Migrations and repairs: this role owns the tables, so that it does not matter which of its members
  -- created them.
  if to_regrole(quote_ident(owner)) is not null then
    begin
      if not pg_has_role(owner, 'USAGE') then
        execute format('grant %I to %I', owner, current_user);
      end if;
      execute format('grant usage, create on schema %I to %I', current_schema(), owner);
      -- Only tables and views with another owner, because changing the owner waits for concurrent queries.
      for one_table in
        select oid from pg_class
        where relowner <> to_regrole(quote_ident(owner))
          and (oid = any (tables::regclass[]) or oid in (select relid from pg_partition_tree('raw_events')))
      loop
        execute format('alter table %s owner to %I', one_table, owner);
      end loop;
      foreach one_function in array functions loop
        execute format('alter function %s owner to %I', one_function, owner);
      end loop;
      -- A user that does not inherit the role would lose access to the tables.
      if not pg_has_role(owner, 'USAGE') then
        raise insufficient_privilege using message = format('%I does not inherit', current_user);
      end if;
    exception
      when insufficient_privilege then raise notice 'the tables remain owned by %: %', current_user, sqlerrm;
    end;
  end if;
end
$$;

do $$
begin
  execute format('alter function grant_to_roles() set search_path = %I, pg_temp', current_schema());
end
$$;

select grant_to_roles();
