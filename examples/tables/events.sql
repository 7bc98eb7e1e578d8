-- Two days of a small shop, as the consumer stores them: the data of the queries in docs/tables.md. Load it
-- into empty tables, in one transaction.

-- The UUIDv7 of a moment: its milliseconds since 1970, the version, and a number.
create function pg_temp.id_at(moment timestamptz, number int) returns uuid language sql as $$
  select (lpad(to_hex((extract(epoch from moment) * 1000)::bigint), 12, '0') || '7000' || '8000'
          || lpad(to_hex(number), 12, '0'))::uuid
$$;

-- The phone of user-1 was offline when it viewed its order: that event arrives on the next day.
insert into raw_events (event_id, event_type, event_time, user_id, payload, ingested_at)
select pg_temp.id_at(event_time, number), event_type, event_time, user_id, payload::jsonb,
       event_time + case number when 16 then interval '20:15:30' else interval '2 s' end
from (values
  (1, timestamptz '2026-11-24 09:00:05Z', 'user-1', 'signup', '{"plan": "free"}'),
  (2, '2026-11-24 09:00:30Z', 'user-1', 'page_view',
   '{"path": "/", "utm": {"source": "newsletter", "tags": ["shoes", "sale"]}}'),
  (3, '2026-11-24 09:01:10Z', 'user-1', 'search', '{"query": "red shoes"}'),
  (4, '2026-11-24 09:02:00Z', 'user-1', 'add_to_cart', '{"product_id": "product-7", "quantity": 2, "price": 49.5}'),
  (5, '2026-11-24 09:05:00Z', 'user-1', 'purchase', '{"order_id": "order-1", "amount": 99, "currency": "EUR"}'),
  (6, '2026-11-24 09:10:00Z', 'user-2', 'page_view', '{"path": "/", "utm": {"source": "newsletter", "tags": ["hats"]}}'),
  (7, '2026-11-24 09:12:00Z', 'user-2', 'search', '{"query": "hat"}'),
  (8, '2026-11-24 09:15:00Z', 'user-2', 'add_to_cart', '{"product_id": "product-3", "quantity": 1, "price": 20}'),
  (9, '2026-11-24 10:01:00Z', 'user-3', 'page_view',
   '{"path": "/products/7", "utm": {"source": "search", "tags": ["shoes"]}}'),
  (10, '2026-11-24 10:03:00Z', 'user-3', 'add_to_cart', '{"product_id": "product-7", "quantity": 1, "price": 49.5}'),
  (11, '2026-11-24 10:04:00Z', 'user-3', 'purchase', '{"order_id": "order-2", "amount": 49.5, "currency": "EUR"}'),
  (12, '2026-11-24 10:30:00Z', 'user-4', 'page_view', '{"path": "/"}'),
  (13, '2026-11-24 11:45:00Z', 'user-2', 'page_view', '{"path": "/sale"}'),
  (14, '2026-11-24 11:46:00Z', 'user-2', 'add_to_cart', '{"product_id": "product-7", "quantity": 1, "price": 39}'),
  (15, '2026-11-24 11:50:00Z', 'user-2', 'purchase', '{"order_id": "order-3", "amount": 39, "currency": "USD"}'),
  (16, '2026-11-24 11:59:30Z', 'user-1', 'page_view', '{"path": "/orders/1"}'),
  (17, '2026-11-25 08:00:00Z', 'user-4', 'page_view', '{"path": "/"}'),
  (18, '2026-11-25 08:02:00Z', 'user-4', 'add_to_cart', '{"product_id": "product-9", "quantity": 3, "price": 5}'),
  (19, '2026-11-25 08:05:00Z', 'user-5', 'signup', '{"plan": "pro"}'),
  (20, '2026-11-25 08:10:00Z', 'user-5', 'page_view', '{"path": "/"}')
) as event (number, event_time, user_id, event_type, payload);

insert into agg_events_minute
select date_trunc('minute', event_time), event_type, count(*) from raw_events group by 1, 2;

insert into dlq_events (source_topic, source_partition, source_offset, source_timestamp, key, value, event_type,
                        reason, detail, status, failed_at, resolved_at)
select 'events', partition, at_offset, at, convert_to(user_id, 'UTF8'),
       convert_to(case when event_type is null then payload else
         format('{"event_id": "%s", "event_type": "%s", "event_time": "%s", "user_id": "%s", "payload": %s}',
                pg_temp.id_at(at, at_offset), event_type, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                user_id, payload) end, 'UTF8'),
       event_type, reason, detail, status, at + interval '2 s', case when status <> 'open' then at + interval '1 h' end
from (values
  (0, 8, timestamptz '2026-11-24 10:35:00Z', 'user-4', 'purchase', 'open', 'invalid_payload',
   '/payload/amount must be number', '{"order_id": "order-4", "amount": "12.00", "currency": "EUR"}'),
  (1, 4, '2026-11-24 09:13:00Z', 'user-2', null, 'open', 'not_json', 'is not JSON', '{"event_id": '),
  (1, 7, '2026-11-24 12:00:00Z', 'user-2', 'refund', 'open', 'unknown_event_type', '/event_type is not registered',
   '{"order_id": "order-3"}'),
  (2, 3, '2026-11-24 10:05:00Z', 'user-3', 'purchase', 'discarded', 'invalid_payload',
   '/payload/currency must be a code of ISO 4217, such as EUR',
   '{"order_id": "order-2", "amount": 49.5, "currency": "eur"}')
) as dead_letter (partition, at_offset, at, user_id, event_type, status, reason, detail, payload);

insert into ingest_progress (topic, partition, start_offset, next_offset, stored, duplicates, conflicting_duplicates,
                             dead_lettered, skipped, last_record_at, updated_at)
values ('events', 0, 0, 11, 9, 1, 0, 1, 0, '2026-11-25 08:02:00Z', '2026-11-25 08:15:00Z'),
       ('events', 1, 0, 12, 8, 2, 1, 2, 0, '2026-11-25 08:10:00Z', '2026-11-25 08:10:02Z'),
       ('events', 2, 0, 5, 3, 0, 0, 1, 1, '2026-11-24 10:05:00Z', '2026-11-24 10:05:02Z');

analyze raw_events;
