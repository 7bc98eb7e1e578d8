import * as Type from '@sinclair/typebox/type';
import { parsePointer } from '../locate/pointer.ts';
import { portable } from '../portable.ts';
import type { FieldMapping, TimeSource } from './field-source.ts';
import { pointerOf } from './source-reader.ts';

/** A schema of the value that names lead to. */
type Placed = readonly [names: readonly string[], schema: Type.TSchema];

const text = Type.Union([Type.String({ minLength: 1 }), Type.Number()]);
const optionalText = Type.Union([Type.String({ minLength: 1, maxLength: 256 }), Type.Number(), Type.Null()]);

/** The JSON Schema of a record's value in which a mapping finds an event of a type. */
export function describeFields(mapping: FieldMapping, type: string, payload: Type.TSchema): Type.TSchema {
  const { id, time, user, otherMembers } = mapping;
  const required = [
    ...place(mapping.type, typeSchema(type)),
    ...(id === undefined ? [] : place(id, text)),
    ...(time === undefined ? [] : place(time, text)),
    ...place(mapping.payload ?? '', payload),
  ];
  const optional = user === undefined ? [] : place(user, optionalText);
  return portable(describeAt(required, optional, otherMembers === 'reject'));
}

/** A type may be the text of a number. */
function typeSchema(type: string): Type.TSchema {
  return /^-?\d/.test(type) ? Type.Union([Type.Literal(type), Type.Number()]) : Type.Literal(type);
}

function place(source: TimeSource, schema: Type.TSchema): readonly Placed[] {
  const pointer = pointerOf(source);
  return pointer === undefined ? [] : [[parsePointer(pointer) ?? [], schema]];
}

/** All schemas of one value: those placed there, and an object of those placed deeper. */
function describeAt(
  required: readonly Placed[],
  optional: readonly Placed[],
  isClosed: boolean,
): Type.TSchema {
  const here = [...required, ...optional].filter(([names]) => names.length === 0);
  const isCovered = here.length > 0;
  const inner = describeMembers(required, optional, isClosed && !isCovered);
  const schemas = [...here.map(([, schema]) => schema), ...(inner === undefined ? [] : [inner])];
  const [only] = schemas;
  return schemas.length === 1 && only !== undefined ? only : Type.Unsafe({ allOf: schemas });
}

/** Undefined if nothing is placed deeper. A name that may be an index is left out: the value may be an array. */
function describeMembers(required: readonly Placed[], optional: readonly Placed[], isClosed: boolean) {
  const deeper = [...required, ...optional].filter(([names]) => names.length > 0);
  const names = [...new Set(deeper.map(([[name = '']]) => name))];
  if (names.length === 0) return undefined;
  if (names.some((name) => /^\d+$/.test(name))) return Type.Unknown();
  const members = names.map((name) => {
    const [must, may] = [within(required, name), within(optional, name)];
    const schema = describeAt(must, may, isClosed);
    return [name, must.length === 0 ? Type.Optional(schema) : schema] as const;
  });
  return Type.Object(Object.fromEntries(members), isClosed ? { additionalProperties: false } : {});
}

function within(placed: readonly Placed[], name: string): readonly Placed[] {
  return placed.filter(([[first]]) => first === name).map(([[, ...rest], schema]) => [rest, schema]);
}
