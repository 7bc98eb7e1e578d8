-- The history of the stats page: one sample per pipeline and 10 seconds, for 24 hours, because past offsets
-- cannot be queried later. Written and expired by `stats serve`; several instances keep one sample per slot.
create table stats_samples (
  slot              timestamptz not null,
  topic             text        not null,
  group_id          text        not null,
  taken_at          timestamptz not null, -- within the slot
  stored            bigint      not null,
  open_dead_letters bigint      not null,
  lag               bigint, -- null here and below: unknown
  log_end           bigint, -- sum over all partitions
  seconds_behind    float8,
  p50_seconds       float8, -- from event_time to stored
  p95_seconds       float8,
  p99_seconds       float8,
  primary key (slot, topic, group_id)
);
