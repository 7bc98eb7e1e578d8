-- A dead letter is identified by its record. Offset and timestamp alone take a record for another one if the
-- topic is recreated, or its log truncated, and the timestamps are equal. The former key remains, because
-- consumers of the previous version name it in their statement; 0009_dead_letter_key_finish.sql drops it.
create unique index dlq_events_by_record on dlq_events
  (source_topic, source_partition, source_offset, source_timestamp, source_topic_id,
   sha256(coalesce(key, '')), sha256(coalesce(value, ''))) nulls not distinct;
