-- What people did about dead letters. A redriven letter is again a record of its topic, at new_partition and new_offset:
-- one that fails again is the letter of that place, so what belongs together can be joined.
create table dlq_actions (
  action_id     bigint      not null generated always as identity primary key,
  dlq_id        bigint      not null,
  action        text        not null check (action in ('redrive', 'discard')),
  outcome       text        not null check (outcome in ('done', 'failed')),
  detail        text        not null,
  new_partition int,
  new_offset    bigint,
  done_by       text        not null,
  done_at       timestamptz not null default now()
);
create index dlq_actions_by_letter on dlq_actions (dlq_id);
create index dlq_actions_by_place on dlq_actions (new_partition, new_offset);
