import type { EventRows } from '../event-rows.ts';
import { jsonNull, jsonSeparator, plainArray, textArray } from './array-literal.ts';

/**
 * The rows as encoded Postgres array literals, a column each; payloads and attributes are joined by
 * `jsonSeparator` instead. `attributes` is undefined if no row has any.
 */
export function columnsOf(rows: EventRows) {
  const all = [...rows];
  return {
    eventIds: Buffer.from(plainArray(all.map(({ eventId }) => eventId))),
    eventTypes: Buffer.from(textArray(all.map(({ eventType }) => eventType))),
    eventTimes: Buffer.from(plainArray(all.map(({ eventTime }) => eventTime))),
    userIds: Buffer.from(textArray(all.map(({ userId }) => userId))),
    payloads: joinJson(all.map(({ payloadJson }) => payloadJson)),
    attributes: rows.hasAttributes
      ? joinJson(all.map(({ attributesJson }) => attributesJson ?? jsonNull))
      : undefined,
  };
}

function joinJson(texts: readonly string[]): Buffer {
  return Buffer.from(texts.join(jsonSeparator));
}
