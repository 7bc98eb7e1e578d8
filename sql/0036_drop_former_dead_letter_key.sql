-- By itself: a transaction that has built the index and then waits to drop this one can deadlock with consumers.
drop index dlq_events_by_record;
