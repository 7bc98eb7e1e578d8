-- Several pipelines may share a database, each in a schema and with roles of its own. The functions work on the
-- schema that they are in, whatever the search_path of the caller. Tables are where they were.

-- Grants each existing role its privileges (docs/secure.md, "Rights"). Safe to repeat. Every migration that adds
-- a table also calls it.
create or replace function grant_to_roles() returns void language plpgsql set search_path from current as $$
declare
  prefix constant text :=
    case current_schema() when 'public' then 'pipeline_' else format('pipeline_%s_', current_schema()) end;
  owner constant text := prefix || 'owner';
  tables constant text[] := array[
    'raw_events', 'agg_events_minute', 'dlq_events', 'agg_dead_letters', 'dlq_actions', 'ingest_progress',
    'stats_samples', 'purges', 'purged_rows', 'schema_migrations'];
  one record;
  one_table regclass;
begin
  for one in
    select prefix || kind as role_name, privileges
    from (values
      -- The consumer: stores rows, but neither changes nor deletes events and dead letters.
      ('writer', 'select, insert on raw_events, dlq_events'),
      ('writer', 'select, insert, update on agg_events_minute, ingest_progress'),
      -- The stats commands and page: read only.
      ('reader', 'select on ' || array_to_string(tables, ', ')),
      -- Redriving and discarding dead letters, and the history of the stats page: may change a dead letter's
      -- status only.
      ('operator', 'select on ' || array_to_string(tables, ', ')),
      ('operator', 'update (status, resolved_at) on dlq_events'),
      ('operator', 'insert on dlq_actions'),
      ('operator', 'insert, delete on stats_samples')
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
      -- Only tables with another owner, because changing the owner waits for concurrent queries.
      for one_table in
        select oid from pg_class
        where relowner <> to_regrole(quote_ident(owner))
          and (oid = any (tables::regclass[]) or oid in (select relid from pg_partition_tree('raw_events')))
      loop
        execute format('alter table %s owner to %I', one_table, owner);
      end loop;
      execute format('alter function count_dead_letters() owner to %I', owner);
      execute format('alter function grant_to_roles() owner to %I', owner);
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

revoke execute on function grant_to_roles() from public;

-- Without the schemas of other users, which psql has in its search_path.
do $$
declare
  one regprocedure;
begin
  foreach one in array array['count_dead_letters()', 'grant_to_roles()']::regprocedure[] loop
    execute format('alter function %s set search_path = %I, pg_temp', one, current_schema());
  end loop;
end
$$;

select grant_to_roles();
