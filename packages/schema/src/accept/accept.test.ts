import * as Type from '@sinclair/typebox/type';
import { expect, test } from 'vitest';
import { defineEvents, eventType } from '../definition/define-events.ts';
import type { EventDefinition } from '../definition/definition.ts';
import { shopEvents } from '../definition/shop-events.ts';
import type { DecodeLimits } from '../envelopes/envelope.ts';
import type { FieldMapping, OtherMembers } from '../envelopes/field-source.ts';
import { fields } from '../envelopes/fields.ts';
import { nativeEnvelope } from '../envelopes/native.ts';
import { toColumns } from '../testing/compare-accepted.ts';
import { toBytes, validMembers, writeEvent } from '../testing/event-text.ts';
import { ordinaryPayloads } from '../testing/ordinary-events.ts';
import { remark } from '../testing/rich-events.ts';
import { type Accept, createAccept, createReader } from './accept.ts';

const [id, time] = ['0198c5b0-7c1e-7a4f-9d55-3f0e8f6f2b11', '2026-11-24T09:30:12.345678Z'];

test.each(ordinaryPayloads)('an ordinary event of the type %s is accepted', (type, payload) => {
  const event = createAccept(shopEvents)(toBytes(writeEvent({ event_type: `"${type}"`, payload })));
  expect(event && toColumns(event)).toEqual([id, type, time, 'user-42', payload, undefined]);
});

const spaced = `{"event_id": "${id}", "event_type": "search", "event_time": "${time}", "user_id": "u", "payload": {"query": "x"}}`;
const sorted = `{"event_id":"${id}","event_time":"${time}","event_type":"search","payload":{"query":"x"},"user_id":"u"}`;
const reversed = `{"user_id":"u","payload":{"query":"x"},"event_type":"search","event_time":"${time}","event_id":"${id}"}`;

test.each([spaced, sorted, reversed])('members may have spaces between them, and any order: %s', (text) => {
  const accept = createAccept(shopEvents);
  for (const _ of [1, 2]) expect(accept(toBytes(text))?.type.name).toBe('search');
});

test.each([
  ['an escape', writeEvent({ user_id: '"a\\u0062"' })],
  ['a line feed between members', writeEvent({}, '\n')],
  ['a repeated member', writeEvent({}, '"user_id":"u",')],
  ['more digits than a microsecond has', writeEvent({ event_time: '"2026-11-24T09:30:12.3456781Z"' })],
  ['a type that is not defined', writeEvent({ event_type: '"other"' })],
  ['something after the event', `${writeEvent()} `],
])('%s is left to the decoder', (_, text) => {
  expect(createAccept(shopEvents)(toBytes(text))).toBeUndefined();
});

test('members outside the mapping are kept as written, but not those further inside', () => {
  const envelope = fields({ id: '/id', type: '/meta/type', time: '/time', payload: '/data' });
  const accept = createAccept(defineEvents({ envelope, types: [remark] }));
  const write = (meta: string) =>
    toBytes(`{"a": 1.50,"id":"${id}","meta":${meta},"time":"${time}","data":"x","b":[ "é" ]}`);
  const event = accept(write('{"type":"remark"}'));
  expect(event && toColumns(event).at(-1)).toBe('{"a": 1.50,"b":[ "é" ]}');
  expect(accept(write('{"type":"remark","more":1}'))).toBeUndefined();
});

test('no record is accepted beyond the limits, nor one without a value', () => {
  const nested = toBytes(writeEvent({ payload: '{"path":"/","a":[[]]}' }));
  const acceptsWith = (limits: DecodeLimits) => createAccept(shopEvents, limits)(nested) !== undefined;
  expect([{ maxDepth: 3 }, { maxDepth: 2 }].map(acceptsWith)).toEqual([true, false]);
  const flat = toBytes(writeEvent({ payload: '{"path":"/"}' }));
  expect([1, 0].map((maxDepth) => createAccept(shopEvents, { maxDepth })(flat) !== undefined)).toEqual([
    true,
    false,
  ]);
  const { length } = nested;
  expect([{ maxBytes: length }, { maxBytes: length - 1 }].map(acceptsWith)).toEqual([true, false]);
  expect(createAccept(shopEvents)(null)).toBeUndefined();
});

test('a validator or an envelope of other origin leaves all events to the decoder', () => {
  const bytes = toBytes(writeEvent());
  const { envelope, validators } = shopEvents;
  const opening: EventDefinition = {
    ...shopEvents,
    envelope: { ...envelope, open: (...all) => envelope.open(...all) },
  };
  const checking: EventDefinition = {
    ...shopEvents,
    validators: { ...validators, page_view: () => undefined },
  };
  expect([opening, checking].map((definition) => createAccept(definition)(bytes))).toEqual([
    undefined,
    undefined,
  ]);
  expect(createAccept({ ...shopEvents })(bytes)).toBeDefined();
});

test('after 64 events in a row that are not accepted, one of 64 is tried', () => {
  const accept = createAccept(shopEvents);
  const isAccepted = (text: string) => accept(toBytes(text)) !== undefined;
  const misses = (count: number) =>
    Array.from({ length: count }, () => isAccepted('{}')).filter(Boolean).length;
  expect([misses(63), isAccepted(writeEvent()), misses(64)]).toEqual([0, true, 0]);
  expect([isAccepted(writeEvent()), isAccepted(writeEvent())]).toEqual([true, true]);
  expect([misses(65), isAccepted(writeEvent()), misses(62), isAccepted(writeEvent())]).toEqual([
    0,
    false,
    0,
    true,
  ]);
});

/** What is stored of a record that is accepted: id, type, time, user, payload and other members. */
function columnsOf(accept: Accept, text: string) {
  const event = accept(toBytes(text));
  return event && toColumns(event);
}

/** An event whose members are at the places that `mapping` names. */
function writeMapped(change: Readonly<Record<string, string | undefined>> = {}): string {
  const members = { id: `"${id}"`, type: '"remark"', time: `"${time}"`, user: '"u"', data: '"x"', ...change };
  const texts = Object.entries(members).filter(([, json]) => json !== undefined);
  return `{${texts.map(([name, json]) => `"${name}":${json}`).join(',')}}`;
}

const mapping: FieldMapping = { id: '/id', type: '/type', time: '/time', user: '/user', payload: '/data' };
const visit = eventType('visit', Type.Object({ path: Type.String() }));

function acceptMapped(change: Partial<FieldMapping> = {}): Accept {
  return createAccept(defineEvents({ envelope: fields({ ...mapping, ...change }), types: [visit, remark] }));
}

test.each(Object.keys(validMembers))('a native event without %s is left to the decoder', (name) => {
  const accept = createAccept(shopEvents);
  expect(columnsOf(accept, writeEvent())).toBeDefined();
  const members = Object.entries(validMembers).filter(([other]) => other !== name);
  expect(
    columnsOf(accept, `{${members.map(([other, json]) => `"${other}":${json}`).join(',')}}`),
  ).toBeUndefined();
});

test.each(['id', 'type', 'time', 'data'])('an event by fields without %s is left to the decoder', (name) => {
  const accept = acceptMapped();
  expect(columnsOf(accept, writeMapped())).toBeDefined();
  expect(columnsOf(accept, writeMapped({ [name]: undefined }))).toBeUndefined();
});

test.each([
  ['"u"', 'u'],
  ['42', '42'],
  ['-1.50', '-1.50'],
  ['null', null],
  [undefined, null],
])('a user by fields of %s is stored as %j', (json, user) => {
  const accept = acceptMapped();
  expect(columnsOf(accept, writeMapped())?.[3]).toBe('u');
  expect(columnsOf(accept, writeMapped({ user: json }))?.[3]).toBe(user);
});

test('a user by fields is a text, a number or null, and a native one is a text', () => {
  const users = ['""', 'true', '[]', '"a\\u0062"'];
  expect(users.filter((user) => columnsOf(acceptMapped(), writeMapped({ user })) !== undefined)).toEqual([]);
  const native = [...users, '42', 'null'];
  expect(native.filter((user_id) => columnsOf(createAccept(shopEvents), writeEvent({ user_id })))).toEqual(
    [],
  );
});

test('only the id of a native event may have capital letters', () => {
  const upper = `"${id.toUpperCase()}"`;
  expect(columnsOf(createAccept(shopEvents), writeEvent({ event_id: upper }))?.[0]).toBe(id.toUpperCase());
  expect(columnsOf(acceptMapped(), writeMapped({ id: upper }))).toBeUndefined();
});

test.each<[OtherMembers, outermost: string | undefined, inner: string | undefined]>([
  ['keep', '{"more":[1]}', 'left'],
  ['ignore', undefined, undefined],
  ['reject', 'left', 'left'],
])(
  'members outside the mapping are accepted by their choice (others: %s)',
  (otherMembers, outermost, inner) => {
    const accept = acceptMapped({ id: '/meta/id', otherMembers });
    const write = (more: string, change: object) =>
      writeMapped({ id: undefined, meta: `{"id":"${id}"${more}}`, ...change });
    const othersOf = (more: string, change: object) => {
      const columns = columnsOf(accept, write(more, change));
      return columns === undefined ? 'left' : columns.at(-1);
    };
    expect([othersOf('', { more: '[1]' }), othersOf(',"more":[1]', {}), othersOf('', {})]).toEqual([
      outermost,
      inner,
      undefined,
    ]);
  },
);

test('a document without the object that holds the id is left to the decoder', () => {
  const accept = acceptMapped({ id: '/meta/id', user: '/meta/user' });
  const write = (meta?: string) => writeMapped({ id: undefined, user: undefined, meta });
  expect(columnsOf(accept, write(`{"id":"${id}"}`))).toBeDefined();
  expect([write(), write('{"user":"u"}'), write('1')].map((text) => columnsOf(accept, text))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test('no member of the payload is outside the mapping', () => {
  const accept = acceptMapped({ id: '/data/id', otherMembers: 'reject' });
  const payload = `{"path":"/","id":"${id}","more":{"a":[]}}`;
  const text = writeMapped({ id: undefined, type: '"visit"', data: payload });
  expect(columnsOf(accept, text)).toEqual([id, 'visit', time, 'u', payload, undefined]);
});

test('a payload before its type is accepted only if it is valid', () => {
  const write = (data: string) => writeMapped({ type: undefined, data });
  const texts = ['"x"', '1', '{"path":"/"}', '{}'].map(
    (data) => `${write(data).slice(0, -1)},"type":"remark"}`,
  );
  expect(texts.map((text) => columnsOf(acceptMapped(), text)?.[4])).toEqual([
    '"x"',
    undefined,
    undefined,
    undefined,
  ]);
  expect(columnsOf(acceptMapped(), writeMapped({ data: '1' }))).toBeUndefined();
});

test('a constant type is the one with that name', () => {
  const write = (data: string) => writeMapped({ type: undefined, data });
  const accept = acceptMapped({ type: { constant: 'remark' } });
  expect(columnsOf(accept, write('"x"'))?.slice(1, 2)).toEqual(['remark']);
  expect(columnsOf(accept, write('{"path":"/"}'))).toBeUndefined();
  expect(columnsOf(acceptMapped({ type: { constant: 'other' } }), write('"x"'))).toBeUndefined();
});

test('a mapping by names that JSON escapes leaves all events to the decoder', () => {
  const accept = acceptMapped({ id: '/meta/"' });
  expect(columnsOf(accept, writeMapped({ id: undefined, meta: `{"\\"":"${id}"}` }))).toBeUndefined();
  expect(columnsOf(accept, writeMapped({ id: undefined }))).toBeUndefined();
});

test('events of a type whose name or schema is not simple are left to the decoder', () => {
  const long = eventType('long', Type.Array(Type.String(), { minItems: 1 }));
  const quoted = eventType('"', Type.String());
  const accept = createAccept(defineEvents({ envelope: fields(mapping), types: [long, quoted, remark] }));
  const read = (type: string, data: string) => columnsOf(accept, writeMapped({ type, data }))?.[1];
  expect([read('"remark"', '"x"'), read('"long"', '["x"]'), read('"\\""', '"x"')]).toEqual([
    'remark',
    undefined,
    undefined,
  ]);
  expect(createReader(defineEvents({ envelope: fields(mapping), types: [long] }), {})).toBeUndefined();
});

test('types whose names the envelope does not allow are left to the decoder', () => {
  const { validators } = shopEvents;
  const { search } = validators;
  const accept = createAccept({
    ...shopEvents,
    validators: { ...validators, Search: search },
  } as EventDefinition);
  const read = (name: string) =>
    columnsOf(accept, writeEvent({ event_type: `"${name}"`, payload: '{"query":""}' }))?.[1];
  expect(['search', 'Search'].map(read)).toEqual(['search', undefined]);
});

test('a native payload is an object, whatever its type allows', () => {
  const accept = createAccept(defineEvents({ envelope: nativeEnvelope(), types: [remark, visit] }));
  const read = (type: string, payload: string) =>
    columnsOf(accept, writeEvent({ event_type: `"${type}"`, payload }))?.[4];
  expect([read('remark', '"x"'), read('visit', '{"path":"/"}')]).toEqual([undefined, '{"path":"/"}']);
});

test('a record is read between others, and limited by its own length', () => {
  const [before, text] = ['x'.repeat(500), writeEvent()];
  const [bytes, start] = [toBytes(`${before}${text}}`), before.length];
  const end = start + text.length;
  const acceptsWith = (maxBytes: number) =>
    createAccept(shopEvents, { maxBytes })(bytes, start, end) !== undefined;
  expect([text.length, text.length - 1].map(acceptsWith)).toEqual([true, false]);
  expect(createAccept(shopEvents)(bytes, start, end + 1)).toBeUndefined();
});

test('nothing is left of the last event', () => {
  const accept = acceptMapped();
  expect(columnsOf(accept, writeMapped({ more: '1' }))?.slice(3)).toEqual(['u', '"x"', '{"more":1}']);
  expect(columnsOf(accept, writeMapped({ user: undefined }))?.slice(3)).toEqual([null, '"x"', undefined]);
});
