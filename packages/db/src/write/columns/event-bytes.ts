import type { AcceptedEvent } from '@pipeline/schema';
import { attributesLength, copyRange, writeAttributes } from './ranges.ts';
import { readMilliseconds, readMinute, readTime, writeTime } from './time-bytes.ts';
import { readUuid, UUID_BYTES, writeUuid } from './uuid-bytes.ts';

/** The columns of an event as texts. */
export interface EventFields {
  readonly eventId: string;
  readonly eventType: string;
  readonly eventTime: string;
  /** Null if the definition has no user. */
  readonly userId: string | null;
  /** The JSON that was sent, verbatim. */
  readonly payloadJson: string;
  /** A JSON object of the members outside the definition's mapping; undefined if there are none. */
  readonly attributesJson?: string | undefined;
}

/**
 * The columns of an event's row in COPY's binary format: the number of fields, then each field after its length. Those with
 * a fixed length come first, so that their positions are known.
 */
export const copiedColumns = ['event_id', 'event_time', 'event_type', 'user_id', 'payload', 'attributes'];

/** Length of the number of fields, of a time, and of a field's length. */
const [COUNT_BYTES, TIME_BYTES] = [2, 8];
export const LENGTH_BYTES = 4;
/** Position of the first field in a row. */
export const FIELDS_AT = COUNT_BYTES;
/** Position of the id in a row. */
export const ID_AT = FIELDS_AT + LENGTH_BYTES;
const TIME_AT = ID_AT + UUID_BYTES + LENGTH_BYTES;
const TEXTS_AT = TIME_AT + TIME_BYTES;
/** The version of jsonb's binary format, which is otherwise its text. */
const JSONB_VERSION = 1;
/** The other fields without their texts. */
const TEXT_FIELDS_BYTES = 4 * LENGTH_BYTES + 2;
/** Maximum number of UTF-8 bytes per UTF-16 code unit. */
const BYTES_PER_UNIT = 3;

/** Upper bound of the length in bytes of an event's row. */
export function maxAcceptedLength(event: AcceptedEvent): number {
  const { type, userStart, userEnd, payloadStart, payloadEnd } = event;
  const user = userStart < 0 ? 0 : userEnd - userStart;
  const texts = type.bytes.length + user + payloadEnd - payloadStart;
  return TEXTS_AT + TEXT_FIELDS_BYTES + texts + attributesLength(event);
}

/** Writes all of an event's row but the time. Returns the position after it. */
export function writeAccepted(target: Buffer, start: number, event: AcceptedEvent): number {
  const { bytes, type, userStart, payloadStart, payloadEnd } = event;
  writeUuid(target, writeFixed(target, start), bytes, event.idStart);
  let at = writeRange(target, start + TEXTS_AT, type.bytes, 0, type.bytes.length);
  at = userStart < 0 ? writeNull(target, at) : writeRange(target, at, bytes, userStart, event.userEnd);
  at = endField(target, at, copyRange(target, beginJson(target, at), bytes, payloadStart, payloadEnd));
  if (event.others.length === 0) return writeNull(target, at);
  return endField(target, at, writeAttributes(target, beginJson(target, at), event));
}

/** Writes the time of an event's row. Returns its minute, counted from 1970. */
export function writeEventTime(target: Buffer, start: number, text: Uint8Array, from: number, to: number) {
  return writeTime(target, start + TIME_AT, text, from, to);
}

/** Upper bound of the length in bytes of a row. */
export function maxRowLength({ eventType, userId, payloadJson, attributesJson }: EventFields): number {
  const units = eventType.length + (userId?.length ?? 0) + payloadJson.length + (attributesJson?.length ?? 0);
  return TEXTS_AT + TEXT_FIELDS_BYTES + BYTES_PER_UNIT * units;
}

/**
 * Writes all of a row but the time, from texts. Returns the position after it.
 * @param id the bytes of the text of the event's id
 */
export function writeRow(target: Buffer, start: number, id: Uint8Array, row: EventFields): number {
  writeUuid(target, writeFixed(target, start), id, 0);
  let at = writeText(target, start + TEXTS_AT, row.eventType);
  at = writeText(target, at, row.userId);
  at = writeJson(target, at, row.payloadJson);
  return writeJson(target, at, row.attributesJson);
}

/** The position after the field at a position. */
export function fieldEnd(bytes: Buffer, at: number): number {
  return at + LENGTH_BYTES + Math.max(bytes.readInt32BE(at), 0);
}

/** What is counted of a row. */
export function readCounted(bytes: Buffer, start: number): readonly [eventType: string, minute: number] {
  const at = start + TEXTS_AT;
  const from = at + LENGTH_BYTES;
  return [bytes.toString('utf8', from, from + bytes.readInt32BE(at)), readMinute(bytes, start + TIME_AT)];
}

/** The time of a row in milliseconds since 1970. */
export function readEventMilliseconds(bytes: Buffer, start: number): number {
  return readMilliseconds(bytes, start + TIME_AT);
}

/** Reads a row. Its id has no capital letters, and its time is in UTC. */
export function readRow(bytes: Buffer, start: number): EventFields {
  let at = start + TEXTS_AT;
  const next = (skipped = 0): string | undefined => {
    const length = bytes.readInt32BE(at);
    const from = at + LENGTH_BYTES;
    at = from + Math.max(length, 0);
    return length < 0 ? undefined : bytes.toString('utf8', from + skipped, at);
  };
  return {
    eventId: readUuid(bytes, start + ID_AT),
    eventTime: readTime(bytes, start + TIME_AT),
    eventType: next() ?? '',
    userId: next() ?? null,
    payloadJson: next(1) ?? '',
    attributesJson: next(1),
  };
}

/** Writes what is the same in all rows. Returns the position of the id. */
function writeFixed(target: Buffer, start: number): number {
  target[start] = 0;
  target[start + 1] = copiedColumns.length;
  writeLength(target, start + COUNT_BYTES, UUID_BYTES);
  writeLength(target, start + TIME_AT - LENGTH_BYTES, TIME_BYTES);
  return start + ID_AT;
}

function writeRange(target: Buffer, at: number, bytes: Uint8Array, start: number, end: number): number {
  return endField(target, at, copyRange(target, at + LENGTH_BYTES, bytes, start, end));
}

function writeText(target: Buffer, at: number, text: string | null): number {
  if (text === null) return writeNull(target, at);
  return endField(target, at, at + LENGTH_BYTES + target.write(text, at + LENGTH_BYTES));
}

function writeJson(target: Buffer, at: number, json: string | undefined): number {
  if (json === undefined) return writeNull(target, at);
  const from = beginJson(target, at);
  return endField(target, at, from + target.write(json, from));
}

/** Returns the position of the JSON. */
function beginJson(target: Buffer, at: number): number {
  target[at + LENGTH_BYTES] = JSONB_VERSION;
  return at + LENGTH_BYTES + 1;
}

/** Writes the length of a field that ends at a position. Returns that position. */
function endField(target: Buffer, at: number, end: number): number {
  writeLength(target, at, end - at - LENGTH_BYTES);
  return end;
}

function writeNull(target: Buffer, at: number): number {
  writeLength(target, at, -1);
  return at + LENGTH_BYTES;
}

function writeLength(target: Buffer, at: number, length: number): void {
  target[at] = length >> 24;
  target[at + 1] = length >> 16;
  target[at + 2] = length >> 8;
  target[at + 3] = length;
}
