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

-- Adds to what grant_to_roles() grants, and keeps what earlier migrations have added.
do $$
declare
  former constant text := pg_get_functiondef('grant_to_roles()'::regprocedure);
  with_table constant text := replace(former, '''view_definitions''', '''view_definitions'', ''paused_partitions''');
  with_rights constant text := replace(
    with_table, '(''operator'', ''insert on dlq_actions''),',
    '(''operator'', ''insert on dlq_actions''),
      -- Pausing and resuming partitions.
      (''operator'', ''insert, delete on paused_partitions''),
      -- A replay stores nothing that a purge has removed.
      (''writer'', ''select on paused_partitions, purges''),');
begin
  if with_table = former or with_rights = with_table then
    raise exception 'grant_to_roles() has another form than expected';
  end if;
  execute with_rights;
end
$$;

select grant_to_roles();
