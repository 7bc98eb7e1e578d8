import { BinaryArray, type ElementType } from '../../statement/binary-array.ts';
import type { Encoded } from '../../statement/parameters.ts';
import { textArray } from './array-literal.ts';
import { type EventFields, FIELDS_AT, fieldEnd, LENGTH_BYTES } from './event-bytes.ts';
import { copyRange } from './ranges.ts';

/** The rows of a batch as arrays, a column each. */
export interface EventColumns {
  readonly eventIds: Encoded;
  readonly eventTimes: Encoded;
  readonly eventTypes: Encoded;
  readonly userIds: Encoded;
  readonly payloads: Encoded;
  readonly attributes: Encoded;
}

/** The types of the columns, in the order of the fields of a row. The last two are JSON, as text. */
const types: readonly ElementType[] = ['uuid', 'timestamptz', 'text', 'text', 'text', 'text'];
const FIRST_JSON = 4;
const VERSION_BYTES = 1;

/**
 * The columns of rows in COPY's binary format, whose fields are copied as they are, but JSON without its version.
 * @param starts of the rows in `bytes`
 */
export function columnsOf(bytes: Buffer, starts: readonly number[]): EventColumns {
  const sizes = new Uint32Array(types.length);
  forEachField(bytes, starts, (field, from, to) => {
    sizes[field] = (sizes[field] ?? 0) + to - from - (isJson(field, from, to) ? VERSION_BYTES : 0);
  });
  const arrays = types.map((type, field) => new BinaryArray(type, starts.length, sizes[field] ?? 0));
  const targets = arrays.map(({ elements }) => elements);
  const ends = new Uint32Array(types.length);
  forEachField(bytes, starts, (field, from, to) => {
    const copy = isJson(field, from, to) ? copyJson : copyRange;
    ends[field] = copy(targets[field] ?? bytes, ends[field] ?? 0, bytes, from, to);
  });
  const [eventIds, eventTimes, eventTypes, userIds, payloads, attributes] = arrays as Arrays;
  return { eventIds, eventTimes, eventTypes, userIds, payloads, attributes };
}

function isJson(field: number, from: number, to: number): boolean {
  const isNull = to === from + LENGTH_BYTES;
  return field >= FIRST_JSON && !isNull;
}

/** Copies a field of JSON without its version. Returns the position after it. */
function copyJson(target: Buffer, at: number, bytes: Buffer, from: number, to: number): number {
  const start = from + LENGTH_BYTES + VERSION_BYTES;
  return copyRange(target, target.writeInt32BE(to - start, at), bytes, start, to);
}

type Arrays = [BinaryArray, BinaryArray, BinaryArray, BinaryArray, BinaryArray, BinaryArray];

function forEachField(
  bytes: Buffer,
  starts: readonly number[],
  visit: (field: number, from: number, to: number) => void,
): void {
  for (const start of starts) {
    let from = start + FIELDS_AT;
    for (let field = 0; field < types.length; field++) {
      const to = fieldEnd(bytes, from);
      visit(field, from, to);
      from = to;
    }
  }
}

/** The columns as array literals, for rows with an id or a time that only Postgres can judge. */
export function textColumnsOf(rows: readonly EventFields[]): EventColumns {
  const column = (text: (row: EventFields) => string | null) => Buffer.from(textArray(rows.map(text)));
  return {
    eventIds: column(({ eventId }) => eventId),
    eventTimes: column(({ eventTime }) => eventTime),
    eventTypes: column(({ eventType }) => eventType),
    userIds: column(({ userId }) => userId),
    payloads: column(({ payloadJson }) => payloadJson),
    attributes: column(({ attributesJson }) => attributesJson ?? null),
  };
}
