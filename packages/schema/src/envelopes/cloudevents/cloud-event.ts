import type { Rejection } from '../../reasons.ts';
import { idRule, isIdText, isTypeName, typeNameRule } from '../../text-rules.ts';
import { dateTimePattern } from '../../time/date-time.ts';
import type { EventData } from './data.ts';

/** A CloudEvent in either mode. Its attributes are not checked yet. */
export interface CloudEvent {
  readonly ok: true;
  /** Context attributes by name; null counts as absent. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** A JSON object of the attributes other than `specversion`, `type` and `time`, their values verbatim. */
  readonly attributesJson: string | null;
  readonly data: EventData;
  /** The event in the JSON format, as a value and as text that may lack members that are strings. */
  readonly toDocument: () => readonly [json: string, value: unknown];
  /** JSON Pointer of the type in the record's value. */
  readonly typePath: string;
  /** Rejects the record because of an attribute. */
  readonly reject: (attribute: string, problem: string) => Rejection;
}

/** The attributes that become the fields of an event. */
export interface Context {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string | null;
}

const dateTime = new RegExp(dateTimePattern);

/** Reads the context of an event; a rejection if an attribute breaks the specification. */
export function readContext({ attributes, reject }: CloudEvent): Context | Rejection {
  const { specversion, id, source, type, time = null } = attributes;
  if (specversion !== '1.0') return reject('specversion', 'must be 1.0');
  if (!isText(id)) return reject('id', idRule);
  if (!isText(source)) return reject('source', idRule);
  if (!isTypeName(type)) return reject('type', typeNameRule);
  if (time !== null && !isDateTime(time))
    return reject('time', 'must be an RFC 3339 date-time with a time zone, in the years 0001 to 9999');
  return { id, source, type, time };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && isIdText(value);
}

function isDateTime(value: unknown): value is string {
  return typeof value === 'string' && dateTime.test(value);
}
