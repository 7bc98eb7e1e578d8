-- Stored events, unique by event_id.
create table raw_events (
  event_id    uuid        not null primary key,
  event_type  text        not null,
  event_time  timestamptz not null,
  user_id     text        not null,
  payload     jsonb       not null,
  ingested_at timestamptz not null default now()
);

-- Number of events per UTC minute of event_time and type: always exactly the count of raw_events.
create table agg_events_minute (
  minute      timestamptz not null,
  event_type  text        not null,
  event_count bigint      not null,
  primary key (minute, event_type)
) with (fillfactor = 70);

-- Records that could not be stored as events, byte for byte, with the reason.
create table dlq_events (
  dlq_id           bigint      not null generated always as identity primary key,
  source_topic     text        not null,
  source_partition int         not null,
  source_offset    bigint      not null,
  source_timestamp timestamptz not null,
  key              bytea,
  value            bytea,
  headers          jsonb       not null default '{}',
  event_type       text,
  reason           text        not null check (reason in ('empty', 'too_large', 'not_utf8', 'not_json', 'not_an_event',
                                                           'unknown_event_type', 'invalid_payload', 'refused_by_database')),
  detail           text        not null,
  sqlstate         text,
  status           text        not null default 'open' check (status in ('open', 'redriven', 'discarded')),
  redrive_count    int         not null default 0,
  failed_at        timestamptz not null default now(),
  resolved_at      timestamptz,
  unique (source_topic, source_partition, source_offset, source_timestamp)
);

-- The ledger: accounts for every offset of a partition from start_offset to next_offset.
-- next_offset - start_offset = stored + duplicates + dead_lettered + skipped, in every snapshot.
-- (A replay that stores missing rows below next_offset lowers start_offset by their number. If the topic is
-- recreated, next_offset restarts and start_offset moves by the same amount, possibly below zero.)
create table ingest_progress (
  topic         text        not null,
  partition     int         not null,
  start_offset  bigint      not null,
  next_offset   bigint      not null,
  stored        bigint      not null default 0,
  duplicates    bigint      not null default 0,
  dead_lettered bigint      not null default 0,
  skipped       bigint      not null default 0,
  updated_at    timestamptz not null default now(),
  last_record_at timestamptz, -- timestamp of the last accounted record; null before the first
  topic_id      uuid, -- id of the topic that next_offset refers to, because topics can be recreated; null if unknown
  primary key (topic, partition),
  check (next_offset - start_offset = stored + duplicates + dead_lettered + skipped)
) with (fillfactor = 70);

-- For the groups of open dead letters, with the first and last failure of each.
create index dlq_events_by_reason on dlq_events (status, reason, event_type, failed_at);
