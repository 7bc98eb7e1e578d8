-- How often a ledger was reset, for a recreated topic or a truncated log: a consumer that still holds records of the
-- former log must not write them, even if their offsets follow the ledger's.
alter table ingest_progress add column resets integer not null default 0;
