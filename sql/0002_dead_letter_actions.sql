-- The audit log of dead letters. A redrive sends the record to its topic, to new_partition and new_offset. If
-- it fails again, the new dead letter has that position as its source, so both can be joined.
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
