import * as Type from '@sinclair/typebox/type';
import { nameUuid } from '../../identity/name-uuid.ts';
import { textOf } from '../../parse.ts';
import { portable } from '../../portable.ts';
import { type Rejection, reject } from '../../reasons.ts';
import { dateTimePattern } from '../../time/date-time.ts';
import {
  type AnyEvent,
  DEFAULT_MAX_BYTES,
  type Envelope,
  type Place,
  type SourceHeaders,
  type SourceRecord,
} from '../envelope.ts';
import { findChoiceProblems, findFieldProblems } from '../mapping-problems.ts';
import { createUserReaderOf, readRecordTime } from '../one-field.ts';
import { ATTRIBUTE_PREFIX, readBinary } from './binary.ts';
import { type CloudEvent, readContext } from './cloud-event.ts';
import { encodeCloudEvent } from './encode.ts';
import type { CloudEventsOptions } from './options.ts';
import { readStructured, rejectBatch } from './structured.ts';

/**
 * CloudEvents 1.0 in the structured mode (JSON) and the binary mode (headers `ce_*`) of its Kafka protocol
 * binding. `event_id` is derived from `source` and `id`, which together are the identity of a CloudEvent.
 */
export function cloudEvents(options: CloudEventsOptions = {}): Envelope {
  return {
    name: 'cloudevents',
    identity: '["cloudevents"]',
    problems: findProblems(options),
    open: createOpen(options),
    encode: (event) => encodeCloudEvent(options, event),
    describe: describeCloudEvent,
  };
}

function findProblems({ user, otherMembers, source, mode }: CloudEventsOptions): readonly string[] {
  return [
    ...findFieldProblems('user', user),
    ...findChoiceProblems('otherMembers', otherMembers, ['reject', 'keep', 'ignore']),
    ...findChoiceProblems('mode', mode, ['structured', 'binary']),
    ...(source === '' ? ['source: must not be empty'] : []),
  ];
}

function createOpen(options: CloudEventsOptions): Envelope['open'] {
  const { otherMembers = 'keep' } = options;
  const readFields = createFieldsReader(options);
  return (record, place, { maxBytes = DEFAULT_MAX_BYTES }) => {
    const found = readEvent(record, maxBytes);
    if (!found.ok) return found;
    const fields = readFields(found, record, place);
    if ('ok' in fields) return fields;
    if (otherMembers === 'reject' && hasExtension(found))
      return reject('not_an_event', 'has an extension attribute', '', fields.event_type);
    const { payload, payloadJson, depth, path } = found.data;
    return {
      ok: true,
      event: { ...fields, payload },
      payloadJson,
      depth,
      attributesJson: otherMembers === 'ignore' ? null : found.attributesJson,
      payloadPath: path,
      typePath: found.typePath,
    };
  };
}

function createFieldsReader({ user }: CloudEventsOptions) {
  const readUser = createUserReaderOf(user);
  return (found: CloudEvent, record: SourceRecord, place: Place): Omit<AnyEvent, 'payload'> | Rejection => {
    const context = readContext(found);
    if ('ok' in context) return context;
    const { id, source, type } = context;
    const [json, value] = user === undefined ? ['', undefined] : found.toDocument();
    const part = { json, value, path: '', record, place };
    const time = context.time ?? readRecordTime(part, type);
    if (typeof time === 'object') return time;
    const user_id = readUser(part, type);
    if (typeof user_id === 'object' && user_id !== null) return user_id;
    return { event_id: nameUuid(['cloudevents', source, id]), event_type: type, event_time: time, user_id };
  };
}

/** The content type decides on the mode; without one, headers with attributes do. */
function readEvent(record: SourceRecord, maxBytes: number): CloudEvent | Rejection {
  const contentType = readContentType(record.headers);
  const mediaType = contentType?.toLowerCase().split(';', 1).join().trim() ?? '';
  if (mediaType.startsWith('application/cloudevents-batch')) return rejectBatch();
  if (mediaType === 'application/cloudevents' || mediaType === 'application/cloudevents+json')
    return readStructured(record.value, maxBytes);
  if (mediaType.startsWith('application/cloudevents'))
    return reject('not_an_event', 'header content-type must name the JSON format of CloudEvents');
  const isBinary = record.headers?.some(([name]) => isAttribute(name)) ?? false;
  return isBinary ? readBinary(record, contentType, maxBytes) : readStructured(record.value, maxBytes);
}

function isAttribute(name: string | Uint8Array): boolean {
  return typeof name === 'string' && name.startsWith(ATTRIBUTE_PREFIX);
}

function readContentType(headers: SourceHeaders = []): string | undefined {
  const value = headers.findLast(([name]) => String(name).toLowerCase() === 'content-type')?.[1] ?? undefined;
  return value === undefined || typeof value === 'string' ? value : textOf(value);
}

const coreMembers = [
  ...['specversion', 'id', 'source', 'type', 'time', 'subject', 'datacontenttype', 'dataschema'],
  ...['data', 'data_base64'],
];

function hasExtension({ attributes }: CloudEvent): boolean {
  return Object.entries(attributes).some(([name, value]) => value !== null && !coreMembers.includes(name));
}

function describeCloudEvent(name: string, payload: Type.TSchema): Type.TSchema {
  const text = Type.String({ minLength: 1 });
  return portable(
    Type.Object({
      type: Type.Literal(name),
      specversion: Type.Literal('1.0'),
      id: text,
      source: text,
      time: Type.Optional(Type.String({ pattern: dateTimePattern })),
      datacontenttype: Type.Optional(text),
      subject: Type.Optional(text),
      data: payload,
    }),
  );
}
