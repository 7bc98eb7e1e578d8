-- The tables in the order in which writers lock them.

-- The id of the previous topic of this name. It never returns, unless two clusters share this database.
alter table ingest_progress add column former_topic_id uuid;

-- The id of the dead letter's topic, because topics can be recreated; null if unknown.
alter table dlq_events add column source_topic_id uuid;

-- As before, but only for dlq_events: it runs as the owner, and a user who attached it to another table could
-- change the counts.
create or replace function count_dead_letters() returns trigger
language plpgsql security definer set search_path from current as $$
begin
  if tg_relid <> 'dlq_events'::regclass then
    raise insufficient_privilege using message = 'count_dead_letters() is only for dlq_events';
  elsif tg_op = 'TRUNCATE' then
    delete from agg_dead_letters;
  elsif tg_op = 'INSERT' then
    insert into agg_dead_letters as total (status, reason, event_type, letter_count)
    select status, reason, event_type, count(*) from added group by 1, 2, 3 order by 1, 2, 3
    on conflict (status, reason, event_type) do update set letter_count = total.letter_count + excluded.letter_count;
  elsif tg_op = 'DELETE' then
    insert into agg_dead_letters as total (status, reason, event_type, letter_count)
    select status, reason, event_type, -count(*) from removed group by 1, 2, 3 order by 1, 2, 3
    on conflict (status, reason, event_type) do update set letter_count = total.letter_count + excluded.letter_count;
  else
    insert into agg_dead_letters as total (status, reason, event_type, letter_count)
    select status, reason, event_type, sum(change)
    from (select status, reason, event_type, 1 as change from added
          union all
          select status, reason, event_type, -1 from removed) as changes
    group by 1, 2, 3 having sum(change) <> 0 order by 1, 2, 3
    on conflict (status, reason, event_type) do update set letter_count = total.letter_count + excluded.letter_count;
  end if;
  return null;
end
$$;

-- Checked when a trigger is created, so existing triggers still run.
revoke execute on function count_dead_letters() from public;
