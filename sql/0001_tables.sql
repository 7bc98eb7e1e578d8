-- The events that arrived, each once.
create table raw_events (
  event_id    uuid        not null primary key,
  event_type  text        not null,
  event_time  timestamptz not null,
  user_id     text        not null,
  payload     jsonb       not null,
  ingested_at timestamptz not null default now()
);

-- How many events of a type happened in a UTC minute: always exactly the count of raw_events.
create table agg_events_minute (
  minute      timestamptz not null,
  event_type  text        not null,
  event_count bigint      not null,
  primary key (minute, event_type)
) with (fillfactor = 70);

-- Records that could not be stored as events, whole, with the reason.
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

-- The ledger: what has become of every offset of a partition since start_offset.
-- next_offset - start_offset = stored + duplicates + dead_lettered + skipped, in every snapshot.
-- (start_offset is lowered by rows that a replay below next_offset newly stored, so that the sum stays true; when the
-- topic is made anew, next_offset begins again and start_offset moves along, below zero.)
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
  last_record_at timestamptz, -- when the last accounted record was sent; null before the first
  topic_id      uuid, -- of the topic that next_offset speaks of, for another one may have its name; null where Kafka does not tell
  primary key (topic, partition),
  check (next_offset - start_offset = stored + duplicates + dead_lettered + skipped)
) with (fillfactor = 70);

-- Dead letters are looked at by what is wrong with them.
create index dlq_events_by_reason on dlq_events (status, reason, event_type, failed_at);
