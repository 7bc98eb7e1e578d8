-- Reads the whole table, and is therefore a transaction of its own.
alter table dlq_events validate constraint dlq_events_reason_check;
