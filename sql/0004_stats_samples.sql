-- What the stats page saw of each pipeline, once in ten seconds, for a day: where offsets stood is known to nobody later.
-- Whoever serves the page writes it and removes what is older. Several who do so keep one sample of each slot.
create table stats_samples (
  slot              timestamptz not null,
  topic             text        not null,
  group_id          text        not null,
  taken_at          timestamptz not null, -- within the slot
  stored            bigint      not null,
  open_dead_letters bigint      not null,
  lag               bigint, -- null here and below: not known
  log_end           bigint, -- the sum of all partitions
  seconds_behind    float8,
  p50_seconds       float8, -- from event_time to stored
  p95_seconds       float8,
  p99_seconds       float8,
  primary key (slot, topic, group_id)
);
