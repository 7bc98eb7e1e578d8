import type { Place, SourceRecord } from '../envelopes/envelope.ts';
import { nameUuid } from './name-uuid.ts';
import { originOf } from './origin.ts';
import { sha256 } from './sha256.ts';
import { lowerUuidPattern, uuidPattern } from './uuid-pattern.ts';

const uuid = new RegExp(uuidPattern);
const lowerUuid = new RegExp(lowerUuidPattern);

/**
 * The event id of an id found in a record: a UUID in lower case, or derived from the text.
 * @param scope the topic, or the name that the definition gives instead
 */
export function toEventId(id: string, scope: string): string {
  if (lowerUuid.test(id)) return id;
  return uuid.test(id) ? id.toLowerCase() : nameUuid(['id', scope, id]);
}

/**
 * The event id of a record without one: its position, timestamp and content. A redriven record keeps the id of
 * the original.
 */
export function recordEventId(record: SourceRecord, place: Place, origin = originOf(record, place)): string {
  const { topic, partition, offset, timestamp } = origin;
  const digest = sha256(record.wholeValue ?? record.value ?? new Uint8Array());
  return nameUuid(['record', topic, partition, offset, timestamp, digest]);
}
