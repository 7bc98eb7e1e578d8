-- For the views of event types (docs/events.md, "Views"), and comments on every table and column.

-- Values of JSON members as other types; null if the type cannot hold the value. None of them fails, whatever
-- the JSON is, and an index may use them. In the order of jsonb, only numbers lie between two numbers.
create function json_bigint(member jsonb) returns bigint language sql immutable parallel safe
return case when member between '-9223372036854775808' and '9223372036854775807'
            then case when member::numeric % 1 = 0 then member::bigint end end;

create function json_numeric(member jsonb) returns numeric language sql immutable parallel safe
return case jsonb_typeof(member) when 'number' then member::numeric end;

create function json_boolean(member jsonb) returns boolean language sql immutable parallel safe
return case member when 'true' then true when 'false' then false end;

-- RFC 3339 with an offset, as for event_time: valid days of the years 0001 to 9999. Immutable, because such a
-- text is the same time in every time zone.
create function json_timestamptz(member jsonb) returns timestamptz
language plpgsql immutable parallel safe as $$
declare
  written text;
begin
  if jsonb_typeof(member) <> 'string' then return null; end if;
  written := member #>> '{}';
  if written ~ ('^(?:(?:[0-9]{3}[1-9]|[0-9]{2}[1-9][0-9]|[0-9][1-9][0-9]{2}|[1-9][0-9]{3})'
                '-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)'
                '|02-(?:0[1-9]|1[0-9]|2[0-8]))'
                '|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)-02-29)'
                '[Tt](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,30})?'
                '(?:[Zz]|[+-](?:0[0-9]|1[0-5]):[0-5][0-9])$') then
    return written::timestamptz;
  end if;
  return null;
end
$$;

-- A view calls functions with the rights of its user.
grant execute on function json_bigint(jsonb), json_numeric(jsonb), json_boolean(jsonb),
  json_timestamptz(jsonb) to public;

-- The views of event types. A view is replaced only if its statements change, and keeps the columns that are
-- recorded here.
create table view_definitions (
  view_name  text  not null primary key,
  event_type text  not null,
  columns    jsonb not null,
  statements text  not null
);

-- As before, for the views and the functions too.
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
    'stats_samples', 'purges', 'purged_rows', 'schema_migrations', 'view_definitions'];
  -- check_ledger comes with a later migration.
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
      and (privileges not like '%check_ledger' or to_regproc('check_ledger') is not null)
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

comment on function json_bigint(jsonb) is
  'A JSON number as bigint; null for fractions, other JSON, and numbers out of range';
comment on function json_numeric(jsonb) is 'A JSON number as numeric; null for other JSON';
comment on function json_boolean(jsonb) is 'A JSON boolean as boolean; null for other JSON';
comment on function json_timestamptz(jsonb) is
  'A JSON string as timestamptz if it is RFC 3339 with an offset; null for other JSON';
comment on function grant_to_roles() is
  'Grants each existing role of the pipeline its privileges; safe to repeat';
comment on function count_dead_letters() is
  'Keeps agg_dead_letters equal to the count of dlq_events; only for its triggers';

comment on table raw_events is
  'Stored events, each exactly once by its event_id. Rows are inserted, never updated';
comment on column raw_events.event_id is
  'Identifies the event; duplicates have the same id and are not stored again';
comment on column raw_events.event_type is
  'Type of the event; its definition decides which payloads are valid';
comment on column raw_events.event_time is 'When the event happened, as its producer states it';
comment on column raw_events.user_id is 'User of the event; null if the definition has no user';
comment on column raw_events.payload is 'Content of the event, as it was sent';
comment on column raw_events.ingested_at is 'When the transaction that stored the event started';
comment on column raw_events.attributes is
  'Members of the record outside of the definition; null if there are none';

comment on table agg_events_minute is
  'Number of events per minute of event_time and type: in every snapshot exactly the count of raw_events';
comment on column agg_events_minute.minute is 'Start of the minute, in UTC';
comment on column agg_events_minute.event_type is 'Type of the events';
comment on column agg_events_minute.event_count is 'Number of events; grows while late events arrive';

comment on table dlq_events is
  'Dead letters: records that could not be stored as events, byte for byte, with the reason';
comment on column dlq_events.dlq_id is 'Identifies the dead letter; later ones have greater ids';
comment on column dlq_events.source_topic is 'Topic of the record';
comment on column dlq_events.source_partition is 'Partition of the record';
comment on column dlq_events.source_offset is 'Offset of the record';
comment on column dlq_events.source_timestamp is 'Timestamp of the record in Kafka';
comment on column dlq_events.key is 'Key of the record; null if it has none';
comment on column dlq_events.value is 'Value of the record; null if it has none';
comment on column dlq_events.headers is
  'Headers of the record as an object; bytes that are not UTF-8 as {"base64":"…"}';
comment on column dlq_events.event_type is 'Type of the event; null if it is unknown';
comment on column dlq_events.reason is 'Why the record could not be stored: one of a closed list';
comment on column dlq_events.detail is
  'What is wrong, with the path in the event; contains no content of the record';
comment on column dlq_events.sqlstate is
  'Error code of Postgres, if Postgres refused the row; otherwise null';
comment on column dlq_events.status is 'open, redriven (sent to its topic again) or discarded';
comment on column dlq_events.redrive_count is 'How often the record has been redriven before';
comment on column dlq_events.failed_at is 'When the record became a dead letter';
comment on column dlq_events.resolved_at is 'When it was redriven or discarded; null while it is open';
comment on column dlq_events.source_topic_id is
  'Kafka''s id of the topic, which differs if it is recreated; null if unknown';

comment on table agg_dead_letters is
  'Number of dead letters by status, reason and type: in every snapshot exactly the count of dlq_events';
comment on column agg_dead_letters.status is 'Status of the dead letters';
comment on column agg_dead_letters.reason is 'Reason of the dead letters';
comment on column agg_dead_letters.event_type is 'Type of the events; null if it is unknown';
comment on column agg_dead_letters.letter_count is 'Number of dead letters';

comment on table dlq_actions is
  'Audit log of dead letters: who redrove or discarded which, and with what outcome';
comment on column dlq_actions.action_id is 'Identifies the action; later ones have greater ids';
comment on column dlq_actions.dlq_id is 'The dead letter';
comment on column dlq_actions.action is 'redrive or discard';
comment on column dlq_actions.outcome is 'done or failed';
comment on column dlq_actions.detail is 'New position or problem of a redrive; reason of a discard';
comment on column dlq_actions.new_partition is 'Partition that the record was sent to; null unless it was';
comment on column dlq_actions.new_offset is 'Offset that the record was sent to; null unless it was';
comment on column dlq_actions.done_by is 'Acting user';
comment on column dlq_actions.done_at is 'When the action was done';

comment on table ingest_progress is
  'The ledger: accounts for every offset of a partition. In every snapshot, '
  'next_offset - start_offset = stored + duplicates + dead_lettered + skipped';
comment on column ingest_progress.topic is 'Topic';
comment on column ingest_progress.partition is 'Partition of the topic';
comment on column ingest_progress.start_offset is
  'First accounted offset; moves together with next_offset if the topic is recreated or its log truncated';
comment on column ingest_progress.next_offset is 'Offset of the next record to store';
comment on column ingest_progress.stored is 'Records that were stored as events';
comment on column ingest_progress.duplicates is 'Records whose event was already stored';
comment on column ingest_progress.dead_lettered is 'Records that became dead letters';
comment on column ingest_progress.skipped is
  'Offsets without an event: transaction markers, compacted records, tombstones';
comment on column ingest_progress.updated_at is 'When the ledger last changed';
comment on column ingest_progress.last_record_at is
  'Timestamp of the last accounted record; null before the first';
comment on column ingest_progress.topic_id is
  'Kafka''s id of the topic that next_offset refers to; null if unknown';
comment on column ingest_progress.former_topic_id is
  'Id of the previous topic of this name; null if there was none';
comment on column ingest_progress.log_tail is
  'Last accounted record and leader epochs, to recognize truncated logs; null before the first write';
comment on column ingest_progress.resets is
  'How often the ledger was reset, for a recreated topic or a truncated log';
comment on column ingest_progress.conflicting_duplicates is
  'Duplicates whose content differs from the stored event; part of duplicates';
comment on column ingest_progress.identity is
  'Rule by which event ids are found, as JSON; null if a version without definitions has opened the ledger';

comment on table stats_samples is 'History of the stats page: one sample per 10 seconds, for 24 hours';
comment on column stats_samples.slot is 'Start of the 10 seconds';
comment on column stats_samples.topic is 'Topic';
comment on column stats_samples.group_id is 'Consumer group';
comment on column stats_samples.taken_at is 'When the sample was taken, within the slot';
comment on column stats_samples.stored is 'Events stored so far';
comment on column stats_samples.open_dead_letters is 'Open dead letters';
comment on column stats_samples.lag is 'Records that are not stored yet, of all partitions; null if unknown';
comment on column stats_samples.log_end is 'Sum of the end offsets of all partitions; null if unknown';
comment on column stats_samples.seconds_behind is
  'Age of the last processed record in seconds, 0 without lag; null if unknown';
comment on column stats_samples.p50_seconds is
  'Median of the seconds from event_time to stored; null if unknown';
comment on column stats_samples.p95_seconds is
  '95th percentile of the seconds from event_time to stored; null if unknown';
comment on column stats_samples.p99_seconds is
  '99th percentile of the seconds from event_time to stored; null if unknown';

comment on table purges is 'Purges of old rows, with which the ledger and the tables still add up';
comment on column purges.purge_id is 'Identifies the purge';
comment on column purges.before is 'Rows from before this time were deleted';
comment on column purges.purged_by is 'Acting user';
comment on column purges.purged_at is 'When the purge started';

comment on table purged_rows is 'Number of rows that a purge deleted';
comment on column purged_rows.purge_id is 'The purge';
comment on column purged_rows.table_name is 'raw_events or dlq_events';
comment on column purged_rows.topic is 'Topic of the dead letters; null for events';
comment on column purged_rows.partition is 'Partition of the dead letters; null for events';
comment on column purged_rows.row_count is 'Number of deleted rows';

comment on table schema_migrations is 'Migrations that have been applied';
comment on column schema_migrations.name is 'File name of the migration';
comment on column schema_migrations.applied_at is 'When it was applied';

comment on table view_definitions is
  'Views of event types that the pipeline has created; maintained by its migrations';
comment on column view_definitions.view_name is 'Name of the view';
comment on column view_definitions.event_type is 'Type of its events';
comment on column view_definitions.columns is 'Its columns in their order, those of removed members included';
comment on column view_definitions.statements is 'Statements that created it';

-- Partitions of events have the columns of raw_events. Later ones get their comments when they are created.
do $$
declare
  statement text;
begin
  for statement in
    select case objsubid
             when 0 then format('comment on table %s is %L', relid, description)
             else format('comment on column %s.%I is %L', relid, attname, description)
           end
    from pg_partition_tree('raw_events') cross join pg_description
    left join pg_attribute on attrelid = objoid and attnum = objsubid and objsubid > 0
    where level > 0 and objoid = 'raw_events'::regclass and classoid = 'pg_class'::regclass
  loop
    execute statement;
  end loop;
end
$$;

select grant_to_roles();
