-- The id of the Kafka cluster whose topic the ledger accounts for; null until a version that knows it has opened the
-- ledger. Topics of one name in two clusters must not share a ledger.
alter table ingest_progress add column cluster_id text;

comment on column ingest_progress.cluster_id is
  'Id of the Kafka cluster of the topic; null until a version that records it has opened the ledger';
