import { Type } from '@sinclair/typebox';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { layoutOf } from '../accept/layout.ts';
import { createDecoder } from '../decode.ts';
import { defineEvents, eventType } from '../definition/define-events.ts';
import { encode } from '../definition/encode-record.ts';
import { toEventId } from '../identity/event-id.ts';
import { parsePointer, readPointer } from '../locate/pointer.ts';
import { toBytes } from '../testing/event-text.ts';
import { anyBytes, anyJsonText } from '../testing/json-text.ts';
import { mappedDocument, type Places } from '../testing/mapped-document.ts';
import { findNaively, parseNaively } from '../testing/naive-json.ts';
import { isTypeName } from '../text-rules.ts';
import { toEventTime } from '../time/event-time.ts';
import { describeFields } from './describe-fields.ts';
import type { SourceRecord } from './envelope.ts';
import type { FieldMapping } from './field-source.ts';
import { fields } from './fields.ts';

const place = { topic: 'orders', partition: 2 };

function decoderOf(mapping: FieldMapping) {
  const decode = createDecoder(defineEvents({ envelope: fields(mapping), types: [], unknownTypes: 'store' }));
  return (text: string, record: Partial<SourceRecord> = {}) =>
    decode({ offset: '41', timestamp: '1795512612345', ...record, value: toBytes(text) }, place);
}

/** The naive reading of a mapping: recursive, and by `JSON.parse`. */
function readNaively(text: string, places: Places) {
  const root = parseNaively(text);
  const namesOf = (field: keyof Places) => parsePointer(places[field]) ?? [];
  const rawOf = (field: keyof Places) => {
    const found = findNaively(root, namesOf(field));
    return found && text.slice(found.start, found.end);
  };
  const textOf = (field: keyof Places) => {
    const raw = rawOf(field);
    if (raw === undefined || raw === 'null') return undefined;
    if (raw.startsWith('"')) return String(JSON.parse(raw));
    return /^[-\d]/.test(raw) ? raw : null;
  };
  return {
    id: textOf('id'),
    type: textOf('type'),
    time: textOf('time'),
    user: textOf('user'),
    payloadJson: rawOf('payload'),
    payload: readPointer(JSON.parse(text), namesOf('payload')),
  };
}

const isText = (text: string | null | undefined): text is string =>
  typeof text === 'string' && text !== '' && text.isWellFormed() && !text.includes('\0');

/** The field for which a record is rejected; undefined if it is an event. */
function findRejected({ id, type, time, user, payloadJson }: ReturnType<typeof readNaively>) {
  if (!isText(type) || /\p{Cc}/u.test(type)) return 'type';
  if (typeof id !== 'string' || id === '' || !id.isWellFormed()) return 'id';
  if (typeof time !== 'string' || toEventTime(time) === undefined) return 'time';
  if (user !== undefined && !isText(user)) return 'user';
  return payloadJson === undefined ? 'payload' : undefined;
}

test('fields of any document are those that a naive reading finds, verbatim', () => {
  const seen: Record<string, number> = {};
  fc.assert(
    fc.property(mappedDocument, ({ places, text }) => {
      const naive = readNaively(text, places);
      const rejected = findRejected(naive);
      seen[String(rejected)] = (seen[String(rejected)] ?? 0) + 1;
      const result = decoderOf(places)(text);
      if (rejected !== undefined) {
        expect(result).toMatchObject({ reason: 'not_an_event', path: places[rejected] });
        return;
      }
      const { type, id = '', time = '', user = null, payload, payloadJson } = naive;
      const event_id = toEventId(id ?? '', 'orders');
      const event = {
        event_id,
        event_type: type,
        event_time: toEventTime(time ?? ''),
        user_id: user,
        payload,
      };
      expect(result).toMatchObject({ ok: true, event, payloadJson });
    }),
    { numRuns: 1_000 },
  );
  expect(seen['undefined']).toBeGreaterThan(300);
});

const order = '{"order":{"id":9007199254740993,"price":1.50},"created":1795512612345678901,"source":"web"}';
const mapping = {
  id: '/order/id',
  type: { constant: 'order.placed' },
  time: { pointer: '/created', unit: 'ns' },
} as const;

test('without a payload pointer the payload is the whole document, verbatim', () => {
  expect(decoderOf(mapping)(order)).toMatchObject({
    ok: true,
    payloadJson: order,
    event: {
      event_id: toEventId('9007199254740993', 'orders'),
      event_type: 'order.placed',
      event_time: '2026-11-24T09:30:12.345678901Z',
      user_id: null,
      payload: { source: 'web' },
    },
  });
});

test('fields are read from headers, key, timestamp and topic', () => {
  const decode = decoderOf({
    id: { header: 'x-id' },
    type: { record: 'topic' },
    user: { record: 'key' },
    payload: '/a',
  });
  const headers: SourceRecord['headers'] = [
    ['x-id', Buffer.from('first')],
    ['x-id', 'last'],
    [Buffer.from([0xff]), null],
  ];
  expect(decode('{"a":[1.0]}', { key: Buffer.from('user-42'), headers })).toEqual({
    ok: true,
    event: {
      event_id: toEventId('last', 'orders'),
      event_type: 'orders',
      event_time: '2026-11-24T09:30:12.345Z',
      user_id: 'user-42',
      payload: [1],
    },
    payloadJson: '[1.0]',
  });
});

test.each<readonly [string, FieldMapping, Partial<SourceRecord>, object]>([
  [
    'a header is missing',
    { type: { header: 'x' } },
    {},
    { path: '', message: 'lacks the header x, which holds the event type' },
  ],
  [
    'a header is null',
    { type: { header: 'x' } },
    { headers: [['x', null]] },
    { message: /^lacks the header x/ },
  ],
  [
    'a header is not UTF-8',
    { type: { header: 'x' } },
    { headers: [['x', Buffer.of(0xff)]] },
    { message: 'has the header x that is not UTF-8' },
  ],
  [
    'the key is missing',
    { id: { record: 'key' }, type: '/t' },
    {},
    { message: "lacks the record's key, which holds the event id" },
  ],
  [
    'the key is null',
    { id: { record: 'key' }, type: '/t' },
    { key: null },
    { message: "lacks the record's key, which holds the event id" },
  ],
  [
    'the key is not UTF-8',
    { id: { record: 'key' }, type: '/t' },
    { key: Buffer.of(0xff) },
    { message: "has the record's key that is not UTF-8" },
  ],
  ['there is no timestamp', { type: '/t' }, { timestamp: '-1' }, { message: /timestamp/, eventType: 'a' }],
  [
    'a member is missing',
    { id: '/a~1b', type: '/t' },
    {},
    { path: '/a~1b', message: 'is missing; it holds the event id', eventType: 'a' },
  ],
  [
    'a member is an object',
    { id: '/o', type: '/t' },
    {},
    { path: '/o', message: /^must be a string or a number/ },
  ],
  ['a member is true', { type: '/yes' }, {}, { path: '/yes', message: /^must be a string or a number/ }],
  ['an id is empty', { id: '/empty', type: '/t' }, {}, { path: '/empty', message: /^must be text/ }],
  [
    'a type is empty',
    { type: '/empty' },
    {},
    { path: '/empty', message: /^must be 1 to 255 bytes/, eventType: null },
  ],
  ['a time is none', { type: '/t', time: '/t' }, {}, { path: '/t', message: /^must be an RFC 3339/ }],
  [
    'a time is an object',
    { type: '/t', time: '/o' },
    {},
    { path: '/o', message: 'must be a string or a number; it holds the event time' },
  ],
  [
    'a user is an object',
    { type: '/t', user: '/o' },
    {},
    { path: '/o', message: 'must be a string or a number; it holds the user id' },
  ],
  ['a user is too long', { type: '/t', user: '/long' }, {}, { path: '/long', message: /^must be 1 to 256/ }],
  [
    'the payload is missing',
    { type: '/t', payload: '/p' },
    {},
    { path: '/p', message: 'is missing; it holds the payload' },
  ],
  [
    'other members are rejected',
    { type: '/t', payload: '/o', otherMembers: 'reject' },
    {},
    { path: '', message: 'has a member outside the mapping' },
  ],
])('if %s, the record is not an event', (_, one, record, { message, ...expected }: { message?: unknown }) => {
  const text = `{"t":"a","empty":"","o":{},"yes":true,"long":"${'x'.repeat(257)}"}`;
  const result = decoderOf(one)(text, record);
  expect(result).toMatchObject({ ok: false, reason: 'not_an_event', ...expected });
  if (message !== undefined && !result.ok) expect(result.message).toMatch(message as string);
});

test("the record's timestamp is in milliseconds, whatever its magnitude", () => {
  expect(decoderOf({ type: '/t' })('{"t":"a"}', { timestamp: '5' })).toMatchObject({
    event: { event_time: '1970-01-01T00:00:00.005Z' },
  });
});

test('the unit of a time decides, whatever its magnitude', () => {
  expect(decoderOf({ type: '/t', time: { pointer: '/at', unit: 'ms' } })('{"t":"a","at":5}')).toMatchObject({
    event: { event_time: '1970-01-01T00:00:00.005Z' },
  });
});

test('a time in the key has the unit of its magnitude', () => {
  const decode = decoderOf({ type: { constant: 'a' }, time: { record: 'key' } });
  expect(decode('{}', { key: toBytes('1795512612') })).toMatchObject({
    event: { event_time: '2026-11-24T09:30:12Z' },
  });
});

const simple = { id: '/id', type: '/meta/type', time: { pointer: '/at' } } as const;

test('the layout of a mapping of pointers is where they lead', () => {
  const all = fields({ ...simple, user: '/user', payload: '/data', otherMembers: 'reject' });
  const others = { keepsCase: false, isTypeName, isUserOptional: true, isPayloadObject: false };
  const places = { id: ['id'], type: ['meta', 'type'], time: ['at'], user: ['user'], payload: ['data'] };
  expect(layoutOf(all)).toEqual({ ...others, ...places, otherMembers: 'reject' });
  const type = { constant: 'a' } as const;
  const defaults = { type, user: undefined, payload: [], otherMembers: 'keep' };
  expect(layoutOf(fields({ ...simple, type }))).toEqual({ ...others, ...places, ...defaults });
});

test.each<Partial<FieldMapping>>([
  { id: { header: 'id' } },
  { type: { header: 'type' } },
  { time: { record: 'timestamp' } },
  { user: { record: 'key' } },
])('a mapping with %j has no layout', (change) => {
  const { id: _, ...withoutId } = simple;
  const { time: __, ...withoutTime } = simple;
  for (const mapping of [{ ...simple, ...change }, withoutId, withoutTime])
    expect(layoutOf(fields(mapping))).toBeUndefined();
});

test('a mapping has a name and describes records', () => {
  const payload = Type.Object({ n: Type.Number() });
  expect(fields(simple).name).toBe('fields');
  expect(fields(simple).describe('a', payload)).toEqual(describeFields(simple, 'a', payload));
});

test('a redriven record has the topic and the timestamp of the original', () => {
  const headers = [['dlq.origin', 'before:2:41:7000']] as const;
  expect(decoderOf({ type: { record: 'topic' } })('{}', { headers })).toMatchObject({
    event: { event_type: 'before', event_time: '1970-01-01T00:00:07.000Z' },
  });
});

test('each member of a record is read once, because a fetched record decodes it then', () => {
  const reads: string[] = [];
  const record = { value: toBytes('{"t":"a"}'), offset: '41', timestamp: '7000', headers: [], key: null };
  const watched = new Proxy(record, {
    get: (target, name, receiver) => {
      reads.push(String(name));
      return Reflect.get(target, name, receiver);
    },
  });
  const decode = createDecoder(
    defineEvents({ envelope: fields({ type: '/t' }), types: [], unknownTypes: 'store' }),
  );
  expect(decode(watched, place)).toMatchObject({ ok: true });
  const counted = reads.filter((name) => !/value/i.test(name));
  expect(counted.sort()).toEqual(['headers', 'offset', 'timestamp']);
});

test('members outside the mapping are kept verbatim, ignored or rejected', () => {
  const text = '{"t":"a","p":{"x":1},"n":1.50,"m":{"big":9007199254740993}}';
  const kept = decoderOf({ type: '/t', payload: '/p' })(text);
  expect(kept).toMatchObject({ ok: true, attributesJson: '{"n":1.50,"m":{"big":9007199254740993}}' });
  expect(decoderOf({ type: '/t', payload: '/p', otherMembers: 'ignore' })(text)).not.toHaveProperty(
    'attributesJson',
  );
  expect(decoderOf({ type: '/t', payload: '/p', otherMembers: 'reject' })(text)).toMatchObject({ ok: false });
  expect(decoderOf({ type: '/t', otherMembers: 'reject' })(text)).toMatchObject({ ok: true });
});

test('an id is scoped by the topic or by the name of the mapping', () => {
  const idOf = (one: FieldMapping) => {
    const result = decoderOf(one)('{"t":"a","id":"order-77"}');
    return result.ok && result.event.event_id;
  };
  expect(idOf({ id: '/id', type: '/t' })).toBe(toEventId('order-77', 'orders'));
  expect(idOf({ id: '/id', type: '/t', scope: 'shop' })).toBe(toEventId('order-77', 'shop'));
});

test.each<readonly [FieldMapping, string]>([
  [{ type: '/t' }, '["record"]'],
  [{ type: '/t', id: '/event_id' }, '["id","/event_id",null]'],
  [{ type: '/t', id: { pointer: '/event_id' }, scope: 'shop' }, '["id","/event_id","shop"]'],
  [{ type: '/t', id: { header: 'x-id' } }, '["id",{"header":"x-id"},null]'],
])('the identity of %j is %s', (one, identity) => {
  expect(fields(one).identity).toBe(identity);
});

test('a payload is validated at its place', () => {
  const amount = Type.Object({ amount: Type.Number() });
  const definition = defineEvents({
    envelope: fields({ type: '/t', payload: '/p' }),
    types: [eventType('order.placed', amount)],
  });
  const decode = (text: string) => createDecoder(definition)({ value: toBytes(text), timestamp: '0' }, place);
  expect(decode('{"t":"order.placed","p":{"amount":"1"}}')).toMatchObject({
    reason: 'invalid_payload',
    path: '/p/amount',
    eventType: 'order.placed',
  });
  expect(decode('{"t":"order.paid","p":{}}')).toMatchObject({ reason: 'unknown_event_type', path: '/t' });
  expect(decode(`{"t":"order.placed","p":${'['.repeat(65)}${']'.repeat(65)}}`)).toMatchObject({
    reason: 'invalid_payload',
    path: '/p',
    message: 'is nested more than 64 levels deep',
  });
});

test('a payload that is the whole document and a type outside of it have an empty path', () => {
  const definition = defineEvents({
    envelope: fields({ type: { header: 'type' } }),
    types: [eventType('order.placed', Type.Object({ amount: Type.Number() }))],
  });
  const decode = (type: string) =>
    createDecoder(definition)({ value: toBytes('{}'), timestamp: '0', headers: [['type', type]] }, place);
  expect(decode('order.placed')).toMatchObject({ reason: 'invalid_payload', path: '' });
  expect(decode('order.paid')).toMatchObject({ reason: 'unknown_event_type', path: '' });
});

const everywhere: FieldMapping = {
  id: '/meta/id',
  type: { header: 'type' },
  time: { pointer: '/at', unit: 'us' },
  user: { record: 'key' },
  payload: '/data',
};

test('an encoded event is decoded to the same event', () => {
  const definition = defineEvents({ envelope: fields(everywhere), types: [], unknownTypes: 'store' });
  const event = {
    event_id: '0198c5b0-7c1e-7a4f-9d55-3f0e8f6f2b11',
    event_type: 'order.placed',
    event_time: '2026-11-24T09:30:12.345678Z',
    user_id: 'user-42',
    payload: { amount: 99.5 },
  };
  const record = encode(definition, event);
  expect(new TextDecoder().decode(record.value)).toBe(
    '{"data":{"amount":99.5},"meta":{"id":"0198c5b0-7c1e-7a4f-9d55-3f0e8f6f2b11"},"at":1795512612345678}',
  );
  expect(createDecoder(definition)(record, place)).toMatchObject({ ok: true, event });
});

test('encoding keeps what the payload already has at the place of a field', () => {
  const definition = defineEvents({ envelope: fields(mapping), types: [], unknownTypes: 'store' });
  const event = {
    event_id: 'x',
    event_type: 'order.placed',
    event_time: '2026-11-24T09:30:12Z',
    user_id: null,
  };
  const write = (payload: unknown) =>
    new TextDecoder().decode(encode(definition, { ...event, payload }).value);
  expect(write({ order: { id: 77 } })).toBe('{"order":{"id":77},"created":1795512612000000000}');
  const exact = { ...event, event_time: '2026-11-24T09:30:12.345678901Z', payload: {} };
  expect(new TextDecoder().decode(encode(definition, exact).value)).toContain('"1795512612345678901"');
  expect(write({})).toBe('{"order":{"id":"x"},"created":1795512612000000000}');
  expect(() => write('text')).toThrow(TypeError);
});

test('decoding never throws, whatever the bytes, the JSON and the record', () => {
  const anyMapping = fc.record({
    id: fc.constantFrom('', '/a', '/payload/0/a', { header: 'a' }, { record: 'key' as const }),
    type: fc.constantFrom('', '/path', { header: 'a' }, { record: 'timestamp' as const }),
    time: fc.constantFrom('/a', '/__proto__/path', { header: 'b' }),
    payload: fc.constantFrom('', '/payload', '/a/a'),
  });
  const anyValue = fc.oneof(fc.option(anyBytes), anyJsonText.map(toBytes));
  const anyHeaders = fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.option(anyBytes)), { maxLength: 2 });
  fc.assert(
    fc.property(anyMapping, anyValue, anyHeaders, fc.option(anyBytes), (one, value, headers, key) => {
      const decode = createDecoder(defineEvents({ envelope: fields(one), types: [], unknownTypes: 'store' }));
      const result = decode({ value, headers, key, timestamp: '0', offset: '0' });
      if (!result.ok)
        expect(result.reason).toMatch(/^(empty|not_utf8|not_json|not_an_event|invalid_payload)$/);
    }),
    { numRuns: 1_000 },
  );
});

/** Inserted wherever a record can contain free text. */
const canary = 'canary0';

test('messages and paths of a mapping contain no value and no undeclared name', () => {
  const free = fc.constantFrom(canary, 7, null, {}, [canary], { [canary]: canary });
  const document = fc.record({ id: free, type: free, at: free, user: free, data: free, [canary]: free });
  const decode = decoderOf({
    id: '/id',
    type: '/type',
    time: '/at',
    user: '/user',
    payload: '/data',
    otherMembers: 'reject',
  });
  fc.assert(
    fc.property(document, (value) => {
      const result = decode(JSON.stringify(value));
      if (!result.ok) expect(`${result.message} ${result.path}`).not.toContain(canary);
    }),
  );
});
