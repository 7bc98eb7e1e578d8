import type { EventRows } from '../event-rows.ts';
import { escapeText, jsonLayout, plainLayout, quotedLayout } from './array-literal.ts';
import { NullableTextColumn, SparseJsonColumn } from './nullable-columns.ts';
import { TextColumn } from './text-column.ts';

/**
 * The rows as encoded Postgres array literals, a column each; payloads and attributes are joined by
 * `jsonSeparator` instead. `attributes` is undefined if no row has any.
 */
export function columnsOf(rows: EventRows) {
  const eventIds = new TextColumn(plainLayout);
  const eventTypes = new TextColumn(quotedLayout);
  const eventTimes = new TextColumn(plainLayout);
  const userIds = new NullableTextColumn();
  const payloads = new TextColumn(jsonLayout);
  const attributes = new SparseJsonColumn();
  for (const row of rows) {
    eventIds.push(row.eventId);
    eventTypes.push(escapeText(row.eventType));
    eventTimes.push(row.eventTime);
    userIds.push(row.userId);
    payloads.push(row.payloadJson);
    attributes.push(row.attributesJson);
  }
  return {
    eventIds: eventIds.bytes,
    eventTypes: eventTypes.bytes,
    eventTimes: eventTimes.bytes,
    userIds: userIds.bytes,
    payloads: payloads.bytes,
    attributes: attributes.bytes,
  };
}
