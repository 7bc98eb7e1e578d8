-- Number of dead letters by status, reason and type: always exactly the count of dlq_events, maintained by
-- triggers. Makes the cost of an overview independent of the number of dead letters.
lock table dlq_events in share row exclusive mode;

create table agg_dead_letters (
  status       text   not null,
  reason       text   not null,
  event_type   text,
  letter_count bigint not null,
  unique nulls not distinct (status, reason, event_type)
) with (fillfactor = 70);

insert into agg_dead_letters (status, reason, event_type, letter_count)
select status, reason, event_type, count(*) from dlq_events group by 1, 2, 3;

-- Runs as the owner, so that writers of dlq_events need no privileges on the counts. Updates the counts in
-- key order and as the last step of a statement, so that two writers cannot deadlock.
create function count_dead_letters() returns trigger
language plpgsql security definer set search_path from current as $$
begin
  if tg_op = 'TRUNCATE' then
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

create trigger count_added after insert on dlq_events
  referencing new table as added for each statement execute function count_dead_letters();
create trigger count_removed after delete on dlq_events
  referencing old table as removed for each statement execute function count_dead_letters();
create trigger count_changed after update on dlq_events
  referencing old table as removed new table as added for each statement execute function count_dead_letters();
create trigger count_none after truncate on dlq_events
  for each statement execute function count_dead_letters();
