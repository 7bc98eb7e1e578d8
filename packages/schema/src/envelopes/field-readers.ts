import { recordEventId, toEventId } from '../identity/event-id.ts';
import type { Rejection } from '../reasons.ts';
import { idRule, isIdText, isTypeName, isUserId, typeNameRule, userIdRule } from '../text-rules.ts';
import { eventTimeRule, toEventTime } from '../time/event-time.ts';
import type { FieldMapping, FieldSource, TimeSource } from './field-source.ts';
import { readOrigin, readSource, type SourceReader, type SourceText } from './source-reader.ts';

/** Reads a field of an event whose type is known, or rejects the record. */
export type FieldReader<Field extends string | null> = (
  source: SourceText,
  type: string | null,
) => Field | Rejection;

/** The index of a source's pointer in the locator's spans. */
export type SlotOf = (source: TimeSource) => number;

export function createTypeReader({ type }: FieldMapping, slotOf: SlotOf): FieldReader<string> {
  const reader = readSource(type, 'event type', slotOf(type));
  return (source) => readRequired(reader, source, null, isTypeName, typeNameRule);
}

/** An id that is no UUID is derived from the text and the scope, see `toEventId`. */
export function createIdReader({ id, scope }: FieldMapping, slotOf: SlotOf): FieldReader<string> {
  if (id === undefined) return (source) => recordEventId(source.record, source.place, readOrigin(source));
  const reader = readSource(id, 'event id', slotOf(id));
  return (source, type) => {
    const text = readRequired(reader, source, type, isIdText, idRule);
    return typeof text === 'string' ? toEventId(text, scope ?? source.place.topic) : text;
  };
}

/** The record's timestamp. */
export const recordTime: FieldSource = { record: 'timestamp' };

export function createTimeReader({ time = recordTime }: FieldMapping, slotOf: SlotOf): FieldReader<string> {
  const unit = unitOf(time);
  const reader = readSource(time, 'event time', slotOf(time));
  return (source, type) => {
    const text = readText(reader, source, type);
    if (typeof text === 'object') return text;
    if (text === undefined) return reader.reject(reader.missing, type);
    return toEventTime(text, unit) ?? reader.reject(eventTimeRule, type);
  };
}

function unitOf(time: TimeSource) {
  if (typeof time === 'string') return undefined;
  if ('record' in time && time.record === 'timestamp') return 'ms';
  return 'unit' in time ? time.unit : undefined;
}

/** The user may be missing or null. */
export function createUserReader({ user }: FieldMapping, slotOf: SlotOf): FieldReader<string | null> {
  if (user === undefined) return () => null;
  const reader = readSource(user, 'user id', slotOf(user));
  return (source, type) => {
    const text = readText(reader, source, type);
    if (typeof text !== 'string') return text ?? null;
    return isUserId(text) ? text : reader.reject(userIdRule, type);
  };
}

function readRequired(
  reader: SourceReader,
  source: SourceText,
  type: string | null,
  isAllowed: (text: string) => boolean,
  rule: string,
): string | Rejection {
  const text = readText(reader, source, type);
  if (text === undefined) return reader.reject(reader.missing, type);
  if (typeof text !== 'string' || isAllowed(text)) return text;
  return reader.reject(rule, type);
}

function readText(reader: SourceReader, source: SourceText, type: string | null) {
  const text = reader.read(source);
  return text === null ? reader.reject(reader.notText, type) : text;
}
