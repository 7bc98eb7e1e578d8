import { type Rejection, reject } from '../reasons.ts';
import { type EncodedRecord, type Envelope, type SourceRecord, withValue } from './envelope.ts';
import { toHex } from './hex.ts';
import { nativeEnvelope } from './native.ts';

/** The argument of `confluentJson`. */
export interface ConfluentOptions {
  /** The schema id of written events, 0 to 2,147,483,647; they cannot be written without it. */
  readonly schemaId?: number;
}

/** The header that the registry's serializers can write instead of the prefix. */
const HEADER = '__value_schema_id';

/** Bytes of a schema id by its first byte: 0 and a number of 4 bytes, or 1 and a GUID of 16. */
const lengths: readonly (number | undefined)[] = [5, 17];

const MAX_SCHEMA_ID = 2 ** 31 - 1;
const utf8 = new TextEncoder();

/**
 * JSON written by the serializers of Confluent's Schema Registry, with the schema id in front of it or in the
 * header `__value_schema_id`. The id is skipped and kept as the attribute `schema_id`.
 * @param inner the envelope of the JSON, whose id rule stays
 */
export function confluentJson(): Envelope<string>;
export function confluentJson<User extends string | null>(
  inner: Envelope<User>,
  options?: ConfluentOptions,
): Envelope<User>;
export function confluentJson(
  inner: Envelope = nativeEnvelope(),
  { schemaId }: ConfluentOptions = {},
): Envelope {
  const { identity, encode } = inner;
  return {
    name: 'confluent-json',
    identity,
    problems: [...(inner.problems ?? []), ...findProblems(schemaId)],
    open(record, place, limits) {
      if (record.value === null || record.value.length === 0) return inner.open(record, place, limits);
      const header = readHeader(record);
      const id = readSchemaId(header ?? record.value);
      if (id === undefined) return rejectId(header);
      const json = header === undefined ? record.value.subarray(id.length) : record.value;
      const found = inner.open(withoutKeyPrefix(withValue(record, json)), place, limits);
      return found.ok ? { ...found, attributesJson: addMember(id.json, found.attributesJson) } : found;
    },
    ...(encode === undefined ? {} : { encode: (event) => addPrefix(encode(event), schemaId) }),
    describe: (type, payload) => inner.describe(type, payload),
  };
}

function findProblems(schemaId: number | undefined): readonly string[] {
  if (schemaId === undefined) return [];
  const isId = Number.isInteger(schemaId) && schemaId >= 0 && schemaId <= MAX_SCHEMA_ID;
  return isId ? [] : [`schemaId: must be a whole number from 0 to ${MAX_SCHEMA_ID}`];
}

function readHeader({ headers }: SourceRecord): Uint8Array | undefined {
  const value = headers?.findLast(([name]) => name === HEADER)?.[1] ?? undefined;
  return typeof value === 'string' ? utf8.encode(value) : value;
}

/** The schema id at the start of some bytes as JSON: a number, or the string of a GUID. */
function readSchemaId(bytes: Uint8Array): { readonly json: string; readonly length: number } | undefined {
  const length = lengths[bytes[0] ?? lengths.length];
  if (length === undefined || bytes.length < length) return undefined;
  const hex = toHex(bytes.subarray(1, length));
  if (length === 5) return { json: String(Number.parseInt(hex, 16)), length };
  const guid = hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  return { json: `"${guid}"`, length };
}

function rejectId(header: Uint8Array | undefined): Rejection {
  const problem =
    header === undefined
      ? `has no schema id in front of its JSON, and no header ${HEADER}`
      : `header ${HEADER} must be a schema id: 0 and 4 bytes, or 1 and 16 bytes`;
  return reject('not_an_event', problem);
}

/** Keys have a prefix if they are written by the same serializer; a text never starts with NUL. */
function withoutKeyPrefix(record: SourceRecord): SourceRecord {
  const { key = null } = record;
  if (key === null || key[0] !== 0 || key.length <= 5) return record;
  return Object.create(record, { key: { value: key.subarray(5), enumerable: true } });
}

/** A member of the record's own with this name wins, because it comes later. */
function addMember(schemaId: string, attributesJson: string | null): string {
  const rest = attributesJson?.trim().slice(1) ?? '}';
  return `{"schema_id":${schemaId}${rest.trim() === '}' ? '' : ','}${rest}`;
}

function addPrefix(record: EncodedRecord, schemaId: number | undefined): EncodedRecord {
  if (schemaId === undefined) throw new TypeError('writing with a schema id needs the option schemaId');
  const value = new Uint8Array(5 + record.value.length);
  new DataView(value.buffer).setUint32(1, schemaId);
  value.set(record.value, 5);
  return { ...record, value };
}
