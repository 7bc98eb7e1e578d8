-- Events of other definitions than the built-in one. The tables in the order in which writers lock them.

-- conflicting_duplicates: the duplicates whose content differs from that of the stored event; part of duplicates.
-- identity: the rule by which event ids are found, as JSON; null: a version without definitions has opened the
-- ledger, whose ids are the member event_id.
alter table ingest_progress
  add column conflicting_duplicates bigint not null default 0,
  add column identity text;

-- user_id is null if the definition has no user. attributes: members outside the definition's mapping.
alter table raw_events
  alter column user_id drop not null,
  add column attributes jsonb;

-- From Postgres 18 on, a partition that was a table of its own keeps its constraint.
do $$
declare
  one_partition regclass;
begin
  for one_partition in select relid from pg_partition_tree('raw_events') where level > 0 loop
    execute format('alter table %s alter column user_id drop not null', one_partition);
  end loop;
end
$$;

-- 0023_reasons.sql validates the constraint, without blocking writers.
alter table dlq_events drop constraint dlq_events_reason_check;
alter table dlq_events add constraint dlq_events_reason_check
  check (reason in ('empty', 'too_large', 'not_utf8', 'not_json', 'not_an_event', 'unknown_event_type',
                    'invalid_payload', 'refused_by_database', 'conflicting_event')) not valid;
