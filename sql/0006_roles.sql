-- Who may do what: roles without a login, which an operator gives to the users who log in (docs/operations.md, "Rights").
-- Roles belong to the whole cluster, not to this database. Where this user may not make them nothing happens: an operator
-- makes them, and the owner of the tables calls grant_to_roles(). So does every migration that adds a table to it.

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
      when insufficient_privilege then raise notice 'role % is not made: %', role_name, sqlerrm;
      -- Another database of this cluster has just made it.
      when duplicate_object or unique_violation then null;
    end;
  end loop;
end
$$;

-- Gives each role that exists its rights. Safe to repeat.
create function grant_to_roles() returns void language plpgsql set search_path = public, pg_temp as $$
declare
  one_table regclass;
begin
  -- The consumer: it stores, and removes or changes nothing that is stored.
  if to_regrole('pipeline_writer') is not null then
    grant usage on schema public to pipeline_writer;
    grant select, insert on raw_events, dlq_events to pipeline_writer;
    grant select, insert, update on agg_events_minute, ingest_progress to pipeline_writer;
  end if;

  -- The statistics: they only look.
  if to_regrole('pipeline_reader') is not null then
    grant usage on schema public to pipeline_reader;
    grant select on raw_events, agg_events_minute, dlq_events, agg_dead_letters, dlq_actions, ingest_progress,
      stats_samples, purges, purged_rows, schema_migrations to pipeline_reader;
  end if;

  -- Whoever closes dead letters, and a page that remembers: the letters themselves stay as they are.
  if to_regrole('pipeline_operator') is not null then
    grant usage on schema public to pipeline_operator;
    grant select on raw_events, agg_events_minute, dlq_events, agg_dead_letters, dlq_actions, ingest_progress,
      stats_samples, purges, purged_rows, schema_migrations to pipeline_operator;
    grant update (status, resolved_at) on dlq_events to pipeline_operator;
    grant insert on dlq_actions to pipeline_operator;
    grant insert, delete on stats_samples to pipeline_operator;
  end if;

  -- Whoever migrates and repairs: the tables are the role's, so that it does not matter which of its users made them.
  if to_regrole('pipeline_owner') is not null then
    begin
      if not pg_has_role('pipeline_owner', 'USAGE') then
        execute format('grant pipeline_owner to %I', current_user);
      end if;
      grant usage, create on schema public to pipeline_owner;
      -- Only what is another's: giving a table away waits for whoever reads it.
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
      -- Who does not inherit would have given the tables away.
      if not pg_has_role('pipeline_owner', 'USAGE') then
        raise insufficient_privilege using message = format('%I does not inherit', current_user);
      end if;
    exception
      when insufficient_privilege then raise notice 'the tables stay with %: %', current_user, sqlerrm;
    end;
  end if;
end
$$;

revoke execute on function grant_to_roles() from public;
select grant_to_roles();
