import { createLocator } from '../locate/locate.ts';
import { parsePointer } from '../locate/pointer.ts';
import type { Rejection } from '../reasons.ts';
import type { Place, SourceRecord } from './envelope.ts';
import {
  createTimeReader,
  createTypeReader,
  createUserReader,
  type FieldReader,
  recordTime,
} from './field-readers.ts';
import type { FieldSource } from './field-source.ts';
import { pointerOf } from './source-reader.ts';

/** A JSON value in a record, in which the pointer of a field leads on. */
interface Part {
  readonly json: string;
  readonly value: unknown;
  /** Its own JSON Pointer in the record's value. */
  readonly path: string;
  readonly record: SourceRecord;
  readonly place: Place;
}

/** Reads a field by itself, for envelopes that find the others by their own rules. */
export type ReadOne<Field extends string | null> = (part: Part, type: string | null) => Field | Rejection;

const only = () => 0;

/** Reads the record's timestamp as the time of its event. */
export const readRecordTime: ReadOne<string> = readOne(recordTime, createTimeReader({ type: '' }, only));

export function createTypeReaderOf(type: FieldSource): ReadOne<string> {
  return readOne(type, createTypeReader({ type }, only));
}

/** The user may be missing or null; without a source it always is. */
export function createUserReaderOf(user: FieldSource | undefined): ReadOne<string | null> {
  return user === undefined ? () => null : readOne(user, createUserReader({ type: '', user }, only));
}

function readOne<Field extends string | null>(
  source: FieldSource,
  reader: FieldReader<Field>,
): ReadOne<Field> {
  const pointer = pointerOf(source);
  const locate = pointer === undefined ? undefined : createLocator([parsePointer(pointer) ?? []]);
  return ({ json, value, path, record, place }, type) => {
    const spans = locate?.(json).spans ?? [];
    const field = reader({ record, place, text: json, value, spans }, type);
    if (pointer === undefined || typeof field !== 'object' || field === null) return field;
    return { ...field, path: `${path}${field.path}` };
  };
}
