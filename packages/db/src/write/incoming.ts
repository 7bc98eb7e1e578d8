import type { Sql } from '../client/connect.ts';
import { jsonNull, jsonSeparator } from './columns/array-literal.ts';
import { columnsOf } from './columns/event-columns.ts';

import type { EventRows } from './event-rows.ts';
import { untyped } from './parameters.ts';

/** Selects the rows of a batch with their positions, from 1 on. Payload and attributes are texts. */
export function selectIncoming(sql: Sql, rows: EventRows) {
  const { eventIds, eventTypes, eventTimes, userIds, payloads, attributes } = columnsOf(rows);
  return sql`
             select unnest(${untyped(sql, eventIds)}::uuid[]) as event_id,
                    unnest(${untyped(sql, eventTypes)}::text[]) as event_type,
                    unnest(${untyped(sql, eventTimes)}::timestamptz[]) as event_time,
                    unnest(${untyped(sql, userIds)}::text[]) as user_id,
                    string_to_table(${untyped(sql, payloads)}::text, ${jsonSeparator}) as payload,
                    ${attributes === undefined ? sql`` : selectAttributes(sql, attributes)}
                    generate_series(1, ${rows.length}::int) as n`;
}

function selectAttributes(sql: Sql, attributes: Buffer) {
  return sql`string_to_table(${untyped(sql, attributes)}::text, ${jsonSeparator}, ${jsonNull}) as attributes,`;
}
