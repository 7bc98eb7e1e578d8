import { fillText, payloadJson, rollupsText, wrongRollupsText } from './rollups.ts';

/** Ids of the topic and of one that is recreated under its name. */
export const topicId = 'a'.repeat(32);
export const recreatedTopicId = 'b'.repeat(32);

/** The day of all events, and a time of that day: events of minute 1 are before it. */
export const day = new Date('2026-11-24T00:00:00Z');
export const beforeMinute2 = new Date('2026-11-24T09:02:00Z');

/** The id of an event: a UUIDv7 of that day. */
export function eventId(number: number): string {
  const milliseconds = day.getTime().toString(16).padStart(12, '0');
  const last = number.toString(16).padStart(12, '0');
  return `${milliseconds.slice(0, 8)}-${milliseconds.slice(8)}-7000-8000-${last}`;
}

export function eventTime(minute: number): string {
  return `2026-11-24T09:0${minute}:30Z`;
}

const tables =
  'rollup_values, rollup_keys, raw_events, agg_events_minute, dlq_events, agg_dead_letters, dlq_actions, purges, purged_rows, ingest_progress';

/** Keeps an empty `raw_events`, to recreate it after a partition operation. */
export const keepText = `create schema spare; create table spare.raw_events (like raw_events including all);`;

const recreateText = `
  drop table raw_events cascade; drop table if exists raw_events_before, raw_events_other;
  create table raw_events (like spare.raw_events including all); select install_rollups();`;

/** Removes what deleted rows and a partition operation leave behind, the latches on `raw_events` included. */
export const tidyText = `${recreateText} truncate ${tables};`;

/**
 * The tables before an interleaving. Partition 0: events 1 to 3 of minutes 1, 2 and 1 at offsets 0 to 2, open dead
 * letters at 3 (of the type `first`) and 4, a redriven one at 5. Partition 1: nothing.
 */
export function resetText(isRecreated: boolean): string {
  const event = (number: number, minute: number) =>
    `('${eventId(number)}', 'view', '${eventTime(minute)}', 'u', '${payloadJson(number)}')`;
  const deadLetter = (offset: number, status: string) =>
    `('events', 0, ${offset}, 'epoch', '\\x0${offset}', '${topicId}', 'not_json', '', '${status}', '2026-11-24T09:00:00Z', ${offset === 3 ? "'first'" : 'null'})`;
  return `
  set session_replication_role = replica;
  ${isRecreated ? recreateText : ''}
  ${tables
    .split(', ')
    .map((table) => `delete from ${table};`)
    .join('')}
  insert into raw_events (event_id, event_type, event_time, user_id, payload)
  values ${event(1, 1)}, ${event(2, 2)}, ${event(3, 1)};
  insert into agg_events_minute (minute, event_type, event_count)
  values ('2026-11-24T09:01:00Z', 'view', 2), ('2026-11-24T09:02:00Z', 'view', 1);
  insert into dlq_events (source_topic, source_partition, source_offset, source_timestamp, value, source_topic_id,
                          reason, detail, status, failed_at, event_type)
  values ${deadLetter(3, 'open')}, ${deadLetter(4, 'open')}, ${deadLetter(5, 'redriven')};
  ${fillText}
  insert into agg_dead_letters (status, reason, event_type, source_topic, letter_count)
  values ('open', 'not_json', 'first', 'events', 1), ('open', 'not_json', null, 'events', 1),
         ('redriven', 'not_json', null, 'events', 1);
  insert into ingest_progress (topic, partition, start_offset, next_offset, stored, dead_lettered, topic_id)
  values ('events', 0, 0, 6, 3, 3, '${topicId}'), ('events', 1, 0, 0, 0, 0, '${topicId}');
  set session_replication_role = origin;`;
}

/** The invariants that a snapshot violates. */
export const violationsText = `
  select 'the count of minute ' || minute || ' is ' || coalesce(event_count, 0) || ', not ' || coalesce(n, 0) as problem
  from (select date_trunc('minute', event_time, 'UTC') as minute, event_type, count(*) as n from raw_events group by 1, 2) as events
  full join agg_events_minute using (minute, event_type) where n is distinct from event_count
  union all
  select 'the ledger of ' || partition || ' does not add up' from ingest_progress
  where next_offset - start_offset <> stored + duplicates + dead_lettered + skipped
  union all
  select 'stored is ' || sum(stored) || ', not the number of events' from ingest_progress
  having sum(stored) <> (select count(*) from raw_events)
                        + (select coalesce(sum(row_count), 0) from purged_rows where table_name = 'raw_events')
  union all
  select 'dead_lettered of ' || partition || ' is ' || dead_lettered || ', not the number of dead letters'
  from ingest_progress
  where dead_lettered <> (select count(*) from dlq_events where source_partition = partition)
                         + (select coalesce(sum(row_count), 0) from purged_rows as purged
                            where table_name = 'dlq_events' and purged.partition = ingest_progress.partition)
  union all
  select 'the count of dead letters is ' || sum(letter_count) || ', not ' || sum(n)
  from (select status, reason, event_type, source_topic, 1 as n, 0 as letter_count from dlq_events
        union all select status, reason, event_type, source_topic, 0, letter_count from agg_dead_letters) as kinds
  group by status, reason, event_type, source_topic having sum(n) <> sum(letter_count)
  union all ${wrongRollupsText}`;

/** The content of the tables, without times and generated keys. */
export const contentText = `
  select json_build_object(
    'events', (select json_agg(right(event_id::text, 2) order by event_id) from raw_events),
    'minutes', (select json_agg(concat_ws(' ', extract(minute from minute), event_count) order by minute)
                from agg_events_minute),
    'rollups', (${rollupsText}),
    'deadLetters', (select json_agg(concat_ws(' ', source_partition, source_offset, status)
                                    order by source_partition, source_offset) from dlq_events),
    'actions', (select json_agg(concat_ws(' ', source_offset, action, outcome) order by source_offset, action, outcome)
                from dlq_actions left join dlq_events using (dlq_id)),
    'purged', (select json_agg(concat_ws(' ', table_name, partition, n) order by table_name, partition)
               from (select table_name, partition, sum(row_count) as n from purged_rows group by 1, 2) as purged),
    'ledgers', (select json_agg(concat_ws(' ', partition, start_offset, next_offset, stored, duplicates, dead_lettered,
                                          skipped, resets, left(topic_id::text, 1)) order by partition)
                from ingest_progress))::text as content`;
