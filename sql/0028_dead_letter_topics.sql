-- The counts of dead letters by topic, too, because several topics may feed one pipeline. source_topic is null in rows
-- that an earlier version of "stats verify --repair" has written.
lock table dlq_events in share row exclusive mode;

alter table agg_dead_letters add column source_topic text;
alter table agg_dead_letters drop constraint agg_dead_letters_status_reason_event_type_key;
alter table agg_dead_letters add unique nulls not distinct (status, reason, event_type, source_topic);

delete from agg_dead_letters;
insert into agg_dead_letters (status, reason, event_type, source_topic, letter_count)
select status, reason, event_type, source_topic, count(*) from dlq_events group by 1, 2, 3, 4;

-- As before, with the topic.
create or replace function count_dead_letters() returns trigger
language plpgsql security definer set search_path from current as $$
begin
  if tg_relid <> 'dlq_events'::regclass then
    raise insufficient_privilege using message = 'count_dead_letters() is only for dlq_events';
  elsif tg_op = 'TRUNCATE' then
    delete from agg_dead_letters;
  elsif tg_op = 'INSERT' then
    insert into agg_dead_letters as total (status, reason, event_type, source_topic, letter_count)
    select status, reason, event_type, source_topic, count(*) from added group by 1, 2, 3, 4 order by 1, 2, 3, 4
    on conflict (status, reason, event_type, source_topic) do update set letter_count = total.letter_count + excluded.letter_count;
  elsif tg_op = 'DELETE' then
    insert into agg_dead_letters as total (status, reason, event_type, source_topic, letter_count)
    select status, reason, event_type, source_topic, -count(*) from removed group by 1, 2, 3, 4 order by 1, 2, 3, 4
    on conflict (status, reason, event_type, source_topic) do update set letter_count = total.letter_count + excluded.letter_count;
  else
    insert into agg_dead_letters as total (status, reason, event_type, source_topic, letter_count)
    select status, reason, event_type, source_topic, sum(change)
    from (select status, reason, event_type, source_topic, 1 as change from added
          union all
          select status, reason, event_type, source_topic, -1 from removed) as changes
    group by 1, 2, 3, 4 having sum(change) <> 0 order by 1, 2, 3, 4
    on conflict (status, reason, event_type, source_topic) do update set letter_count = total.letter_count + excluded.letter_count;
  end if;
  return null;
end
$$;

-- Without the schemas of other users, which psql has in its search_path.
do $$
begin
  execute format('alter function count_dead_letters() set search_path = %I, pg_temp', current_schema());
end
$$;

comment on table agg_dead_letters is
  'Number of dead letters by status, reason, type and topic: in every snapshot exactly the count of dlq_events';
comment on column agg_dead_letters.source_topic is
  'Topic of the records; null in rows that an earlier version has written';
