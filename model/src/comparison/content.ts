import type { LedgerRow, StoredDeadLetter, Tables } from '../simulation/tables.ts';

/** The columns of a row. */
export type Row = readonly unknown[];

/** Rows by table, in any order. */
export type Content = Readonly<Record<'events' | 'minutes' | 'deadLetters' | 'ledgers', readonly Row[]>>;

const rowsFrom = (columns: string, table: string) =>
  `coalesce((select json_agg(json_build_array(${columns})) from ${table}), '[]')`;
const msOf = (time: string) => `(extract(epoch from ${time}) * 1000)::bigint`;

/** Reads the content of a real database as JSON. */
export const contentText = `
  select json_build_object(
    'events', ${rowsFrom(
      `event_id, event_type, to_char(event_time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), user_id, payload`,
      'raw_events',
    )},
    'minutes', ${rowsFrom(
      `to_char(minute at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI'), event_type, event_count`,
      'agg_events_minute where event_count <> 0',
    )},
    'deadLetters', ${rowsFrom(
      `source_partition, source_topic_id, source_offset, ${msOf('source_timestamp')}, encode(key, 'hex'), encode(value, 'hex'),
       reason, event_type, detail, sqlstate, redrive_count`,
      'dlq_events',
    )},
    'ledgers', ${rowsFrom(
      `partition, topic_id, former_topic_id, start_offset, next_offset, resets, stored, duplicates,
       conflicting_duplicates, dead_lettered, skipped, log_tail, identity, ${msOf('updated_at')}`,
      'ingest_progress',
    )})::text as content`;

/** The content of simulated tables, in the same columns. */
export function contentOf({ events, counts, deadLetters, ledgers }: Tables): Content {
  return {
    events: [...events].map(([id, { content }]) => {
      const [type, time, user, payload] = JSON.parse(content);
      return [id, type, time, user, JSON.parse(payload)];
    }),
    minutes: [...counts].map(([key, count]) => [...key.split(' '), count]),
    deadLetters: deadLetters.map(toDeadLetterRow),
    ledgers: [...ledgers].map(toLedgerRow),
  };
}

function toDeadLetterRow({ partition, topicId, letter }: StoredDeadLetter): Row {
  const { record, reason, eventType, detail, sqlstate, redriveCount } = letter;
  const { offset, timestamp, key, value } = record;
  const position = [partition, topicId, Number(offset), Number(timestamp)];
  const bytes = [key, value].map((one) => one?.toString('hex') ?? null);
  return [...position, ...bytes, reason, eventType, detail, sqlstate, redriveCount];
}

function toLedgerRow([partition, row]: readonly [number, LedgerRow]): Row {
  const { topicId, formerTopicId = null, start, next, resets, identity, updatedAt } = row;
  const { stored, duplicates, conflicting, deadLettered, skipped } = row;
  const tail = row.tail === null ? null : JSON.parse(row.tail);
  const counts = [stored, duplicates, conflicting, deadLettered, skipped];
  const position = [partition, topicId, formerTopicId, start, next, resets];
  return [...position, ...counts, tail, identity, Math.round(updatedAt)];
}
