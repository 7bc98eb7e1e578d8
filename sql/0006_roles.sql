-- Group roles without login, which an operator grants to login roles (docs/secure.md, "Rights"). Roles
-- are shared by all databases of a cluster. If the migrating user lacks CREATEROLE, the migration succeeds
-- without creating them: an administrator creates them, and the owner of the tables calls grant_to_roles().
-- Every migration that adds a table also calls it.

do $$
declare
  role_name text;
begin
  foreach role_name in array array['pipeline_owner', 'pipeline_writer', 'pipeline_reader', 'pipeline_operator'] loop
    begin
      if to_regrole(role_name) is null then
        execute format('create role %I nologin', role_name);
      end if;
    exception
      when insufficient_privilege then raise notice 'role % was not created: %', role_name, sqlerrm;
      -- A concurrent migration of another database has created it.
      when duplicate_object or unique_violation then null;
    end;
  end loop;
end
$$;

-- Grants each existing role its privileges. Safe to repeat.
create function grant_to_roles() returns void language plpgsql set search_path = public, pg_temp as $$
declare
  one_table regclass;
begin
  -- The consumer: stores rows, but neither changes nor deletes events and dead letters.
  if to_regrole('pipeline_writer') is not null then
    grant usage on schema public to pipeline_writer;
    grant select, insert on raw_events, dlq_events to pipeline_writer;
    grant select, insert, update on agg_events_minute, ingest_progress to pipeline_writer;
  end if;

  -- The stats commands and page: read only.
  if to_regrole('pipeline_reader') is not null then
    grant usage on schema public to pipeline_reader;
    grant select on raw_events, agg_events_minute, dlq_events, agg_dead_letters, dlq_actions, ingest_progress,
      stats_samples, purges, purged_rows, schema_migrations to pipeline_reader;
  end if;

  -- Redriving and discarding dead letters, and the history of the stats page: may change a dead letter's
  -- status only.
  if to_regrole('pipeline_operator') is not null then
    grant usage on schema public to pipeline_operator;
    grant select on raw_events, agg_events_minute, dlq_events, agg_dead_letters, dlq_actions, ingest_progress,
      stats_samples, purges, purged_rows, schema_migrations to pipeline_operator;
    grant update (status, resolved_at) on dlq_events to pipeline_operator;
    grant insert on dlq_actions to pipeline_operator;
    grant insert, delete on stats_samples to pipeline_operator;
  end if;

  -- Migrations and repairs: this role owns the tables, so that it does not matter which of its members
  -- created them.
  if to_regrole('pipeline_owner') is not null then
    begin
      if not pg_has_role('pipeline_owner', 'USAGE') then
        execute format('grant pipeline_owner to %I', current_user);
      end if;
      grant usage, create on schema public to pipeline_owner;
      -- Only tables with another owner, because changing the owner waits for concurrent queries.
      for one_table in
        select oid from pg_class
        where relowner <> to_regrole('pipeline_owner')
          and (oid = any (array['raw_events', 'agg_events_minute', 'dlq_events', 'agg_dead_letters', 'dlq_actions',
                                'ingest_progress', 'stats_samples', 'purges', 'purged_rows', 'schema_migrations']::regclass[])
               or oid in (select relid from pg_partition_tree('raw_events')))
      loop
        execute format('alter table %s owner to pipeline_owner', one_table);
      end loop;
      alter function count_dead_letters() owner to pipeline_owner;
      alter function grant_to_roles() owner to pipeline_owner;
      -- A user that does not inherit the role would lose access to the tables.
      if not pg_has_role('pipeline_owner', 'USAGE') then
        raise insufficient_privilege using message = format('%I does not inherit', current_user);
      end if;
    exception
      when insufficient_privilege then raise notice 'the tables remain owned by %: %', current_user, sqlerrm;
    end;
  end if;
end
$$;

revoke execute on function grant_to_roles() from public;
select grant_to_roles();
