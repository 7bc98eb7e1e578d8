-- Purges of old rows, recorded so that the ledger and the tables still add up.
create table purges (
  purge_id  bigint      not null generated always as identity primary key,
  before    timestamptz not null,
  purged_by text        not null,
  purged_at timestamptz not null default now()
);

-- Number of purged rows by table; for dead letters also by partition. Written in the transaction that deletes
-- the rows.
create table purged_rows (
  purge_id   bigint not null references purges,
  table_name text   not null check (table_name in ('raw_events', 'dlq_events')),
  topic      text,
  partition  int,
  row_count  bigint not null,
  unique nulls not distinct (purge_id, table_name, topic, partition)
);
