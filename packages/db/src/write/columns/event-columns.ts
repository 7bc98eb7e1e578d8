import type { EventRow, EventRows } from '../event-rows.ts';
import { jsonNull, jsonSeparator, plainArray, textArray } from './array-literal.ts';

/**
 * The number of rows, and the rows as encoded Postgres array literals, a column each; payloads and attributes are joined by
 * `jsonSeparator` instead. `attributes` is undefined if no row has any.
 */
export function columnsOf(rows: EventRows) {
  const all = [...rows];
  const keyArray = rows.areRegular ? plainArray : textArray;
  return {
    rowCount: all.length,
    eventIds: Buffer.from(keyArray(all.map(({ eventId }) => eventId))),
    eventTypes: Buffer.from(textArray(all.map(({ eventType }) => eventType))),
    eventTimes: Buffer.from(keyArray(all.map(({ eventTime }) => eventTime))),
    userIds: Buffer.from(textArray(all.map(({ userId }) => userId))),
    ...jsonColumnsOf(all),
  };
}

/** The columns of `columnsOf` that are JSON. */
export function jsonColumnsOf(rows: readonly Pick<EventRow, 'payloadJson' | 'attributesJson'>[]) {
  const hasAttributes = rows.some(({ attributesJson }) => attributesJson !== undefined);
  return {
    payloads: joinJson(rows.map(({ payloadJson }) => payloadJson)),
    attributes: hasAttributes
      ? joinJson(rows.map(({ attributesJson }) => attributesJson ?? jsonNull))
      : undefined,
  };
}

function joinJson(texts: readonly string[]): Buffer {
  return Buffer.from(texts.join(jsonSeparator));
}
