-- The last accounted record and the leader epochs of a partition, from which the consumer notices that Kafka
-- has lost the tail of the log and reused its offsets. Null until the first write; out of date if its
-- nextOffset is not next_offset. After a truncation next_offset goes back to the divergence, and start_offset
-- moves by the same amount, as if the topic had been recreated.
alter table ingest_progress add column log_tail jsonb;
