import { parsePointer, readPointer } from '../locate/pointer.ts';
import { toEpoch } from '../time/event-time.ts';
import type { AnyEvent, EncodedRecord } from './envelope.ts';
import type { FieldMapping, TimeSource } from './field-source.ts';
import { pointerOf } from './source-reader.ts';

const utf8 = new TextEncoder();

/** A value to write and its place. */
type Placed = readonly [source: TimeSource, value: string | number | null];

/**
 * Writes an event where a mapping reads it. What the payload already has there stays, so the id of an event
 * whose payload holds its id is the payload's.
 * @throws TypeError if the place of a field is inside a scalar
 */
export function encodeFields(mapping: FieldMapping, event: AnyEvent): EncodedRecord {
  const { id, type, time, user, payload = '' } = mapping;
  const placed: readonly Placed[] = [
    [type, event.event_type],
    ...(id === undefined ? [] : [[id, event.event_id] as const]),
    ...(time === undefined ? [] : [[time, writeTime(time, event.event_time)] as const]),
    ...(user === undefined ? [] : [[user, event.user_id] as const]),
  ];
  const document = placed.reduce(
    (before, [source, value]) => writeSource(before, source, value),
    writeAt(undefined, parsePointer(payload) ?? [], structuredClone(event.payload)),
  );
  return {
    key: keyOf(placed) ?? (event.user_id === null ? null : utf8.encode(event.user_id)),
    value: utf8.encode(JSON.stringify(document)),
    headers: placed.flatMap(([source, value]) => toHeader(source, value)),
  };
}

/** A number as text if a double would round it. */
function writeTime(time: TimeSource, eventTime: string): string | number {
  if (typeof time === 'string' || !('unit' in time) || time.unit === undefined) return eventTime;
  const text = toEpoch(eventTime, time.unit);
  return String(Number(text)) === text ? Number(text) : text;
}

function writeSource(document: unknown, source: TimeSource, value: string | number | null): unknown {
  const pointer = pointerOf(source);
  const names = pointer === undefined ? undefined : parsePointer(pointer);
  if (names === undefined || value === null || readPointer(document, names) !== undefined) return document;
  return writeAt(document, names, value);
}

/** The document with a value at a place; missing objects on the way are created. */
function writeAt(document: unknown, [name, ...rest]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value;
  const parent = document ?? (name === '0' ? [] : {});
  if (typeof parent !== 'object')
    throw new TypeError(`cannot write the member ${name} of a ${typeof parent}`);
  const inner = writeAt(readPointer(parent, [name]), rest, value);
  if (Array.isArray(parent)) return parent.toSpliced(Number(name), 1, inner);
  return Object.fromEntries([...Object.entries(parent), [name, inner]]);
}

function keyOf(placed: readonly Placed[]): Uint8Array | undefined {
  const value = placed.find(
    ([source]) => typeof source === 'object' && 'record' in source && source.record === 'key',
  )?.[1];
  return typeof value === 'string' ? utf8.encode(value) : undefined;
}

function toHeader(source: TimeSource, value: string | number | null): EncodedRecord['headers'] {
  if (typeof source === 'string' || !('header' in source) || value === null) return [];
  return [[source.header, String(value)]];
}
