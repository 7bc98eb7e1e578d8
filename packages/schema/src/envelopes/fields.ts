import { type Layout, withLayout } from '../accept/layout.ts';
import { createLocator } from '../locate/locate.ts';
import { createPointerReader, parsePointer } from '../locate/pointer.ts';
import { type Parsed, parseBytes } from '../parse.ts';
import { type Rejection, reject } from '../reasons.ts';
import { isTypeName } from '../text-rules.ts';
import { describeFields } from './describe-fields.ts';
import { encodeFields } from './encode-fields.ts';
import {
  type AnyEvent,
  DEFAULT_MAX_BYTES,
  type Envelope,
  type Found,
  type Place,
  type SourceRecord,
} from './envelope.ts';
import {
  createIdReader,
  createTimeReader,
  createTypeReader,
  createUserReader,
  type SlotOf,
} from './field-readers.ts';
import type { FieldMapping, TimeSource } from './field-source.ts';
import { findMappingProblems } from './mapping-problems.ts';
import { pointerOf, type SourceText } from './source-reader.ts';

/**
 * Finds the fields of an event at the places of a mapping: JSON Pointers in the record's value, its key, topic,
 * timestamp or headers, or constants. The payload is any JSON value and stays verbatim.
 */
export function fields(mapping: FieldMapping): Envelope {
  const problems = findMappingProblems(mapping);
  const isUsable = problems.length === 0;
  return {
    name: 'fields',
    identity: isUsable ? identityOf(mapping) : '[]',
    problems,
    open: isUsable
      ? withLayout(createOpen(mapping), layoutOf(mapping))
      : () => reject('not_an_event', 'has no valid mapping'),
    encode: (event) => encodeFields(mapping, event),
    describe: (type, payload) => describeFields(mapping, type, payload),
  };
}

/** The id rule; the order and the form in which a mapping is written make no difference. */
function identityOf({ id, scope }: FieldMapping): string {
  return JSON.stringify(id === undefined ? ['record'] : ['id', pointerOf(id) ?? id, scope ?? null]);
}

/** Where the fields are, for `createAccept`; undefined if a field is found in another way than by a pointer. */
function layoutOf({
  id,
  type,
  time,
  user,
  payload = '',
  otherMembers = 'keep',
}: FieldMapping): Layout | undefined {
  const [idNames, typeNames, timeNames, userNames] = [id, type, time, user].map(namesOf);
  const constant = typeof type === 'object' && 'constant' in type ? type : undefined;
  const typePlace = typeNames ?? constant;
  if (idNames === undefined || typePlace === undefined || timeNames === undefined) return undefined;
  if (user !== undefined && userNames === undefined) return undefined;
  return {
    ...{ id: idNames, keepsCase: false, type: typePlace, time: timeNames, user: userNames, otherMembers },
    ...{ isTypeName, isUserOptional: true, payload: parsePointer(payload) ?? [], isPayloadObject: false },
  };
}

function namesOf(source: TimeSource | undefined): readonly string[] | undefined {
  const pointer = source && pointerOf(source);
  return pointer === undefined ? undefined : parsePointer(pointer);
}

function createOpen(mapping: FieldMapping): Envelope['open'] {
  const compiled = compileMapping(mapping);
  return (record, place, { maxBytes = DEFAULT_MAX_BYTES }) => {
    const parsed = parseBytes(record.value, maxBytes);
    return parsed.ok ? find(compiled, parsed, record, place) : parsed;
  };
}

function compileMapping(mapping: FieldMapping) {
  const { type, payload = '', otherMembers = 'keep' } = mapping;
  const paths: (readonly string[])[] = [];
  const slotOf: SlotOf = (source) => {
    const pointer = pointerOf(source);
    return pointer === undefined ? -1 : paths.push(parsePointer(pointer) ?? []) - 1;
  };
  const readEvent = createEventReader(mapping, slotOf);
  const payloadSlot = slotOf(payload);
  const readPayload = createPointerReader(parsePointer(payload) ?? []);
  const typePath = pointerOf(type) ?? '';
  return {
    locate: createLocator(paths),
    readEvent,
    readPayload,
    payloadSlot,
    payloadPath: payload,
    typePath,
    otherMembers,
  };
}

function find(
  compiled: ReturnType<typeof compileMapping>,
  { text, value }: Parsed,
  record: SourceRecord,
  place: Place,
): Found | Rejection {
  const { payloadPath, typePath, otherMembers } = compiled;
  const { spans, othersJson } = compiled.locate(text);
  const event = compiled.readEvent({ record, place, text, value, spans }, compiled.readPayload(value));
  if ('ok' in event) return event;
  const { [compiled.payloadSlot]: span } = spans;
  if (span === undefined)
    return reject('not_an_event', 'is missing; it holds the payload', payloadPath, event.event_type);
  if (othersJson !== null && otherMembers === 'reject')
    return reject('not_an_event', 'has a member outside the mapping', '', event.event_type);
  const attributesJson = otherMembers === 'keep' ? othersJson : null;
  const payloadJson = text.slice(span.start, span.end);
  return { ok: true, event, payloadJson, depth: span.depth, attributesJson, payloadPath, typePath };
}

function createEventReader(mapping: FieldMapping, slotOf: SlotOf) {
  const readType = createTypeReader(mapping, slotOf);
  const readId = createIdReader(mapping, slotOf);
  const readTime = createTimeReader(mapping, slotOf);
  const readUser = createUserReader(mapping, slotOf);
  return (source: SourceText, payload: unknown): AnyEvent | Rejection => {
    const event_type = readType(source, null);
    if (typeof event_type !== 'string') return event_type;
    const event_id = readId(source, event_type);
    if (typeof event_id !== 'string') return event_id;
    const event_time = readTime(source, event_type);
    if (typeof event_time !== 'string') return event_time;
    const user_id = readUser(source, event_type);
    if (user_id !== null && typeof user_id !== 'string') return user_id;
    return { event_id, event_type, event_time, user_id, payload };
  };
}
