import { type Origin, originOf } from '../identity/origin.ts';
import type { Span } from '../locate/locate.ts';
import { createPointerReader, parsePointer } from '../locate/pointer.ts';
import { textOf } from '../parse.ts';
import { type Rejection, reject } from '../reasons.ts';
import type { Place, SourceRecord } from './envelope.ts';
import type { FieldSource, TimeSource } from './field-source.ts';
import { headerText } from './header-text.ts';

/** A record, its text, the parsed text, and what was located in it. */
export interface SourceText {
  readonly record: SourceRecord;
  readonly place: Place;
  readonly text: string;
  readonly value: unknown;
  readonly spans: readonly (Span | undefined)[];
  /** See `readOrigin`. */
  origin?: Origin;
}

/** The record's original coordinates, read once: each member of a fetched record is decoded when it is read. */
export function readOrigin(source: SourceText): Origin {
  source.origin ??= originOf(source.record, source.place);
  return source.origin;
}

/** Reads a text; undefined if there is none, null if there is something that is not text. */
type Read = (source: SourceText) => string | undefined | null;

/** A field of an event and where it is found. */
export interface SourceReader {
  readonly read: Read;
  /** Rejects a record because of this field. */
  readonly reject: (problem: string, eventType: string | null) => Rejection;
  /** What is wrong if `read` finds nothing, or something else than text. */
  readonly missing: string;
  readonly notText: string;
}

/** The JSON Pointer that a source is, if it is one. */
export function pointerOf(source: TimeSource): string | undefined {
  if (typeof source === 'string') return source;
  return 'pointer' in source ? source.pointer : undefined;
}

/**
 * A reader of a field.
 * @param slot the index of its pointer's span
 */
export function readSource(source: FieldSource, field: string, slot: number): SourceReader {
  if (typeof source === 'string') return readSpan(source, field, slot);
  if ('pointer' in source) return readSpan(source.pointer, field, slot);
  const [read, what] = readOutside(source);
  return {
    read,
    missing: `lacks ${what}, which holds the ${field}`,
    notText: `has ${what} that is not UTF-8`,
    reject: (problem, type) => reject('not_an_event', problem, '', type),
  };
}

function readSpan(path: string, field: string, slot: number): SourceReader {
  const readValue = createPointerReader(parsePointer(path) ?? []);
  return {
    read: ({ text, value, spans }) => scalarText(readValue(value), text, spans[slot]),
    missing: `is missing; it holds the ${field}`,
    notText: `must be a string or a number; it holds the ${field}`,
    reject: (problem, type) => reject('not_an_event', problem, path, type),
  };
}

/** The text of a string, or of a number as it is written; null counts as missing. */
function scalarText(value: unknown, text: string, span: Span | undefined): string | undefined | null {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return undefined;
  return typeof value === 'number' && span !== undefined ? text.slice(span.start, span.end) : null;
}

type OutsideSource = Exclude<FieldSource, string | { readonly pointer: string }>;

/** A reader of a source outside the record's value, and its name. */
function readOutside(source: OutsideSource): readonly [read: Read, what: string] {
  if ('constant' in source) return [() => source.constant, 'the constant'];
  if ('header' in source)
    return [({ record }) => readHeader(record, source.header), `the header ${source.header}`];
  return [readers[source.record], `the record's ${source.record}`];
}

const readers = {
  key: ({ record: { key } }) => (key === undefined || key === null ? undefined : (textOf(key) ?? null)),
  topic: (source) => readOrigin(source).topic,
  timestamp: (source) => {
    const { timestamp } = readOrigin(source);
    return timestamp === '' || timestamp === '-1' ? undefined : timestamp;
  },
} satisfies Record<string, Read>;

function readHeader({ headers }: SourceRecord, name: string): string | undefined | null {
  const value = headers?.findLast(([one]) => one === name)?.[1] ?? undefined;
  return value === undefined ? undefined : (headerText(headers, name) ?? null);
}
