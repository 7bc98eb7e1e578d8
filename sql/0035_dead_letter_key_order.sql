-- The key of dead letters in an order that costs writers less: integers come first, so nearly every comparison ends with
-- them, and key and value have one hash. With the length of the key, 'a' and 'bc' differ from 'ab' and 'c'.
create unique index dlq_events_by_position on dlq_events
  (source_partition, source_offset, sha256(coalesce(key, '') || coalesce(value, '')), octet_length(key),
   source_timestamp, source_topic_id, source_topic) nulls not distinct;
