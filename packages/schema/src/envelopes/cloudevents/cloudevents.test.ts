import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DefinitionError, defineEvents } from '../../definition/define-events.ts';
import { toBytes } from '../../testing/event-text.ts';
import { anyJsonText } from '../../testing/json-text.ts';
import { compileValidator } from '../../validate.ts';
import type { AnyEvent, SourceHeaders, SourceRecord } from '../envelope.ts';
import { cloudEvents } from './cloudevents.ts';
import type { CloudEventsOptions } from './options.ts';

const place = { topic: 'orders', partition: 0 };

/** The attributes of an event, as JSON texts. */
const attributes = {
  specversion: '"1.0"',
  id: '"1234-1234-1234"',
  source: '"/mycontext/subcontext"',
  type: '"com.example.someevent"',
  time: '"2026-11-24T09:30:12.345678+01:00"',
};

type Texts = Readonly<Record<string, string | undefined>>;

/** An event in the JSON format; undefined removes a member. */
function structured(change: Texts = {}): SourceRecord {
  const members = Object.entries({ ...attributes, data: '{"n": 1.50}', ...change });
  const texts = members.flatMap(([name, text]) => (text === undefined ? [] : [`"${name}":${text}`]));
  return { value: toBytes(`{${texts.join(',')}}`) };
}

/** An event in binary mode; undefined removes a header. */
function binary(change: Texts = {}, value: Uint8Array | null = toBytes('{"n": 1.50}')): SourceRecord {
  const texts = Object.entries({ 'content-type': 'application/json', ...headersOf(attributes), ...change });
  const headers = texts.flatMap(([name, text]) =>
    text === undefined ? [] : [[name, toBytes(text)] as const],
  );
  return { value, headers };
}

function headersOf(texts: Readonly<Record<string, string>>) {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [`ce_${name}`, JSON.parse(text)]));
}

function open(record: SourceRecord, options: CloudEventsOptions = {}) {
  return cloudEvents(options).open(record, place, {});
}

test('an event is found with its context, and its data verbatim', () => {
  const event = {
    event_id: 'b3c375fa-a21b-52b7-85ec-ba6f48a9c375',
    event_type: 'com.example.someevent',
    event_time: '2026-11-24T09:30:12.345678+01:00',
    user_id: null,
    payload: { n: 1.5 },
  };
  const found = { ok: true, event, payloadJson: '{"n": 1.50}', depth: 1 };
  const kept = '"id":"1234-1234-1234","source":"/mycontext/subcontext"';
  expect(open(structured())).toEqual({
    ...found,
    attributesJson: `{${kept}}`,
    payloadPath: '/data',
    typePath: '/type',
  });
  expect(open(binary())).toEqual({
    ...found,
    attributesJson: `{${kept},"datacontenttype":"application/json"}`,
    payloadPath: '',
    typePath: '',
  });
});

/** Written by Python: `uuid.uuid5(namespace, json.dumps(parts, separators=(',', ':'), ensure_ascii=False))`. */
test.each([
  ['/mycontext/subcontext', '1234-1234-1234', 'b3c375fa-a21b-52b7-85ec-ba6f48a9c375'],
  ['urn:shop', '0198c5b0-7c1e-7a4f-9d55-3f0e8f6f2b11', '2aab0401-248a-5451-82e9-271039605a01'],
  ['/büro/"1"\\', 'π\u2028😀\u007f', '257e042e-db6d-5646-8a73-7479a0bef88b'],
])('the id of source %s and id %s is that of another implementation', (source, id, event_id) => {
  const [sourceJson, idJson] = [JSON.stringify(source), JSON.stringify(id)];
  const found = { ok: true, event: { event_id } };
  expect(open(structured({ source: sourceJson, id: idJson }))).toMatchObject(found);
  expect(open(binary({ ce_source: source, ce_id: id }))).toMatchObject(found);
});

describe('the mode', () => {
  const withType = (contentType: string): SourceRecord => ({
    ...structured(),
    headers: [
      ['content-type', contentType],
      ['ce_id', 'other'],
      ['ce_type', 'other'],
    ],
  });

  test.each([
    'application/cloudevents+json',
    'application/cloudevents+json; charset=UTF-8',
    'application/cloudevents+json ; charset=UTF-8',
    'Application/CloudEvents',
  ])('is structured with content type %s, whatever the other headers', (contentType) => {
    expect(open(withType(contentType))).toMatchObject({ event: { event_type: 'com.example.someevent' } });
  });

  test('is that of the content type, whatever the letter case of its header', () => {
    const headers = [['Content-Type', 'application/cloudevents-batch+json']] as const;
    expect(open({ ...structured(), headers })).toMatchObject({ reason: 'not_an_event' });
  });

  test('is binary with attributes in headers and another content type, or none', () => {
    const { value } = structured();
    expect(open(binary({}, value))).toMatchObject({ event: { payload: { id: '1234-1234-1234' } } });
    expect(open(binary({ 'content-type': undefined }))).toMatchObject({ ok: true, payloadPath: '' });
  });

  test('is structured without a content type and without attributes in headers', () => {
    const headers = [[Uint8Array.of(0xff), null] as const, ['traceparent', '00-1'] as const];
    expect(open({ ...structured(), headers })).toMatchObject({ ok: true, payloadPath: '/data' });
  });

  test.each<readonly [what: string, record: SourceRecord, message: string]>([
    [
      'a batch by its content type',
      withType('application/cloudevents-batch+json'),
      'is a batch of CloudEvents',
    ],
    ['a batch by its array', { value: toBytes('[{}]') }, 'is a batch of CloudEvents'],
    [
      'another format',
      withType('application/cloudevents+avro'),
      'header content-type must name the JSON format',
    ],
  ])('is rejected for %s', (_, record, message) => {
    const rejection = {
      ok: false,
      reason: 'not_an_event',
      path: '',
      message: expect.stringContaining(message),
    };
    expect(open(record)).toMatchObject(rejection);
  });
});

describe('a structured event is rejected at', () => {
  test.each<readonly [path: string, change: Texts, message: string]>([
    ['/specversion', { specversion: '"0.3"' }, 'must be 1.0'],
    ['/specversion', { specversion: '1.0' }, 'must be 1.0'],
    ['/id', { id: undefined }, 'must be text of at least one character'],
    ['/id', { id: '""' }, 'must be text of at least one character'],
    ['/id', { id: '7' }, 'must be text of at least one character'],
    ['/id', { id: '"\\ud800"' }, 'must be text of at least one character'],
    ['/source', { source: 'null' }, 'must be text of at least one character'],
    ['/type', { type: '"a\\n"' }, 'must be 1 to 255 bytes'],
    ['/time', { time: '"2026-11-24T09:30:12"' }, 'must be an RFC 3339 date-time'],
    ['/time', { time: '"1700000000"' }, 'must be an RFC 3339 date-time'],
    ['/time', { time: '1700000000' }, 'must be an RFC 3339 date-time'],
    ['/time', { time: '["2026-11-24T09:30:12Z"]' }, 'must be an RFC 3339 date-time'],
    ['/data_base64', { data_base64: '"AQI="' }, 'must be a string, and not next to data'],
    ['/data_base64', { data: undefined, data_base64: '7' }, 'must be a string, and not next to data'],
  ])('%s', (path, change, message) => {
    const rejection = { ok: false, reason: 'not_an_event', path, message: expect.stringContaining(message) };
    expect(open(structured(change))).toMatchObject(rejection);
  });

  test('with its type, if that is one', () => {
    const eventType = 'com.example.someevent';
    expect(open(structured({ id: undefined }))).toMatchObject({ path: '/id', eventType });
    expect(open(structured({ id: undefined, type: '7' }))).toMatchObject({ path: '/id', eventType: null });
  });

  test('the top if it is no object', () => {
    const rejection = { reason: 'not_an_event', path: '', message: 'must be an object' };
    expect(open({ value: toBytes('7') })).toMatchObject(rejection);
    expect(open({ value: toBytes('{') })).toMatchObject({ reason: 'not_json' });
    expect(open({ value: null })).toMatchObject({ reason: 'empty' });
  });
});

describe('a binary event is rejected by the name of its header', () => {
  test.each<readonly [name: string, change: Texts]>([
    ['ce_specversion', { ce_specversion: undefined }],
    ['ce_id', { ce_id: '' }],
    ['ce_source', { ce_source: undefined }],
    ['ce_type', { ce_type: undefined }],
    ['ce_time', { ce_time: 'yesterday' }],
  ])('%s', (name, change) => {
    const message = expect.stringContaining(`header ${name} must be`);
    expect(open(binary(change))).toMatchObject({ ok: false, reason: 'not_an_event', path: '', message });
  });

  test('if it is not UTF-8, without the name of an extension', () => {
    const { headers = [], value } = binary();
    const record = { value, headers: [...headers, ['ce_secret', Uint8Array.of(0xff)]] as SourceHeaders };
    expect(open(record)).toMatchObject({ reason: 'not_an_event', message: 'a header ce_* is not UTF-8' });
  });
});

describe('data in the JSON format becomes', () => {
  test.each<readonly [payload: string, change: Texts]>([
    ['null', { data: undefined }],
    ['null', { data: 'null' }],
    ['"<xml/>"', { data: '"<xml/>"', datacontenttype: '"application/xml"' }],
    ['[9007199254740993, 1e400]', { data: '[9007199254740993, 1e400]' }],
    ['{"data_base64":"AQI="}', { data: undefined, data_base64: '"AQI="' }],
    ['{"n": 1.50}', { data_base64: 'null' }],
  ])('%s', (payloadJson, change) => {
    expect(open(structured(change))).toMatchObject({ ok: true, payloadJson });
  });

  test('a rejection with its place', () => {
    const base64 = structured({ data: undefined, data_base64: '"AQI="' });
    expect(open(base64)).toMatchObject({ payloadPath: '/data_base64' });
    expect(open(structured({ data: undefined }))).toMatchObject({ payloadPath: '' });
  });
});

describe('data in binary mode becomes', () => {
  const latin1 = Uint8Array.of(0xe9);
  test.each<readonly [payload: string, contentType: string | undefined, value: Uint8Array | null]>([
    ['null', 'application/json', null],
    ['null', 'application/json', toBytes('')],
    ['null', 'text/plain', null],
    ['9007199254740993', 'application/json; charset=utf-8', toBytes(' 9007199254740993\n')],
    ['{"a":1.0}', 'application/vnd.shop.order+json', toBytes('{"a":1.0}')],
    ['"a\\n\\"b\\""', 'text/plain', toBytes('a\n"b"')],
    ['""', 'TEXT/CSV; Charset="UTF-8"', toBytes('')],
    ['"a"', 'text/plain; charset=utf8', toBytes('a')],
    ['"a"', 'text/plain; charset=us-ascii', toBytes('a')],
    ['1.0', 'application/json ; charset=utf-8', toBytes('1.0')],
    ['{"data_base64":"MS4w"}', 'application/json-seq', toBytes('1.0')],
    ['{"data_base64":"MS4w"}', 'my application/json', toBytes('1.0')],
    ['{"data_base64":"6Q=="}', 'text/plain; charset = iso-8859-1', latin1],
    ['{"data_base64":"6Q=="}', 'text/plain; charset=iso-8859-1', latin1],
    ['{"data_base64":"6Q=="}', 'application/json;charset=latin1', latin1],
    ['{"a":1.0}', undefined, toBytes('{"a":1.0}')],
    ['{"data_base64":"PGE+"}', undefined, toBytes('<a>')],
    ['null', undefined, toBytes('')],
    ['{"data_base64":""}', 'application/octet-stream', toBytes('')],
    ['{"data_base64":"PGE+"}', 'application/xml', toBytes('<a>')],
  ])('%s with content type %s', (payloadJson, contentType, value) => {
    const found = open(binary({ 'content-type': contentType }, value));
    const event = { payload: JSON.parse(payloadJson) };
    expect(found).toMatchObject({ ok: true, payloadJson, payloadPath: '', event });
  });

  test('a rejection if it is not of its content type', () => {
    expect(open(binary({}, toBytes('<a>')))).toMatchObject({ reason: 'not_json' });
    expect(open(binary({ 'content-type': 'text/plain' }, latin1))).toMatchObject({
      ...{ reason: 'not_utf8', message: 'is not UTF-8' },
    });
  });

  test('a rejection if it is larger than the limit', () => {
    for (const contentType of ['application/json', 'text/plain', 'image/png']) {
      const record = binary({ 'content-type': contentType }, toBytes('"123456"'));
      expect(cloudEvents().open(record, place, { maxBytes: 7 })).toMatchObject({ reason: 'too_large' });
      expect(cloudEvents().open(record, place, { maxBytes: 8 })).toMatchObject({ ok: true });
    }
  });

  test('the base64 of any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70_000, size: 'max' }), (bytes) => {
        const found = open(binary({ 'content-type': 'image/png' }, bytes));
        const payload = { data_base64: Buffer.from(bytes).toString('base64') };
        expect(found).toMatchObject({ ok: true, event: { payload } });
      }),
      { numRuns: 20 },
    );
  });
});

describe('the time is that of the record', () => {
  const record = { timestamp: '1700000000123', partition: 0 };
  test.each([
    ['structured', structured({ time: undefined })],
    ['structured with null', structured({ time: 'null' })],
    ['binary', binary({ ce_time: undefined })],
  ])('if a %s event has none', (_, event) => {
    expect(open({ ...event, ...record })).toMatchObject({
      event: { event_time: '2023-11-14T22:13:20.123Z' },
    });
    expect(open(event)).toMatchObject({
      reason: 'not_an_event',
      message: expect.stringContaining('timestamp'),
    });
  });
});

describe('attributes', () => {
  const extensions = { subject: '"order-7"', traceparent: '"00-1"', sequence: '7', gone: 'null' };

  test('are kept verbatim, without what has a column', () => {
    const found = open(structured(extensions));
    expect(found).toMatchObject({
      attributesJson:
        '{"id":"1234-1234-1234","source":"/mycontext/subcontext","subject":"order-7","traceparent":"00-1",' +
        '"sequence":7,"gone":null}',
    });
  });

  test('are null if they are ignored', () => {
    expect(open(structured(extensions), { otherMembers: 'ignore' })).toMatchObject({ attributesJson: null });
  });

  test('are rejected if they are extensions and these are unwanted', () => {
    const options = { otherMembers: 'reject' } as const;
    const type = 'com.example.someevent';
    expect(open(structured(extensions), options)).toMatchObject({
      ...{ reason: 'not_an_event', path: '', message: 'has an extension attribute', eventType: type },
    });
    expect(open(binary({ ce_traceparent: '00-1' }), options)).toMatchObject({ reason: 'not_an_event' });
    expect(open(structured({ subject: '"order-7"', gone: 'null' }), options)).toMatchObject({ ok: true });
    const core = { datacontenttype: '"text/xml"', dataschema: '"urn:a"', data_base64: '"AQI="' };
    expect(open(structured({ ...core, data: undefined }), options)).toMatchObject({ ok: true });
  });

  test('in headers need a name that is text, and a value', () => {
    const { headers = [], value } = binary({ 'content-type': undefined, ce_datacontenttype: 'text/plain' });
    const others = [
      [Uint8Array.of(0xff), toBytes('x')],
      ['ce_subject', null],
    ] as SourceHeaders;
    const kept = '{"id":"1234-1234-1234","source":"/mycontext/subcontext","datacontenttype":"text/plain"}';
    expect(open({ value, headers: [...headers, ...others] })).toMatchObject({ attributesJson: kept });
  });

  test('in headers are not percent-decoded; the last of repeated headers counts', () => {
    const record = binary({ ce_subject: 'Euro%20%E2%82%AC' });
    const headers = [['ce_subject', toBytes('first')], ...(record.headers ?? [])] as SourceHeaders;
    const found = open({ ...record, headers }, { user: '/subject' });
    expect(found).toMatchObject({ event: { user_id: 'Euro%20%E2%82%AC' } });
  });
});

describe('the user is', () => {
  const data = '{"customer":{"id":9007199254740993}}';
  test.each<readonly [string | null, CloudEventsOptions['user'], Texts]>([
    ['order-7', '/subject', { subject: 'order-7' }],
    ['9007199254740993', '/data/customer/id', {}],
    [null, '/data/customer/name', {}],
    [null, '/subject', {}],
    ['k', { record: 'key' }, {}],
  ])('%s at %s in both modes', (user_id, user, extra) => {
    const key = toBytes('k');
    const options = user === undefined ? {} : { user };
    const json = Object.fromEntries(
      Object.entries(extra).map(([name, text]) => [name, JSON.stringify(text)]),
    );
    const headers = Object.fromEntries(Object.entries(extra).map(([name, text]) => [`ce_${name}`, text]));
    expect(open({ ...structured({ ...json, data }), key }, options)).toMatchObject({ event: { user_id } });
    expect(open({ ...binary(headers, toBytes(data)), key }, options)).toMatchObject({ event: { user_id } });
  });

  test('rejected if it is no text', () => {
    const rejection = { reason: 'not_an_event', path: '/data/n' };
    expect(open(structured({ data: '{"n":{}}' }), { user: '/data/n' })).toMatchObject(rejection);
  });
});

const text = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
  .filter((one) => !/\p{Cc}/u.test(one));
const anyCloudEvent: fc.Arbitrary<AnyEvent<string>> = fc.record({
  event_id: text,
  event_type: fc.constantFrom('com.example.order/placed', 'a', 'ü:1'),
  event_time: fc.constantFrom('2026-11-24T09:30:12Z', '0001-01-01T00:00:00.123456789+15:59'),
  user_id: text,
  payload: fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value))),
});

describe('written events', () => {
  const options = { source: 'urn:shop', user: '/subject' } as const;

  test('are read again, with the id of source and id; binary equals structured', () => {
    fc.assert(
      fc.property(anyCloudEvent, (event) => {
        const [one, other] = (['structured', 'binary'] as const).map((mode) => {
          const envelope = cloudEvents({ ...options, mode });
          const record = envelope.encode?.(event);
          return envelope.open({ value: null, ...record }, place, {});
        });
        const { event_id: id, ...fields } = event;
        const payloadJson = JSON.stringify(event.payload);
        expect(one).toMatchObject({ ok: true, event: fields, payloadJson });
        expect(JSON.parse((one?.ok && one.attributesJson) || 'null')).toMatchObject({
          id,
          source: 'urn:shop',
        });
        expect(other).toEqual({ ...one, payloadPath: '', typePath: '' });
      }),
    );
  });

  test('are those that the schema describes', () => {
    const envelope = cloudEvents(options);
    const event = {
      event_id: 'a',
      event_type: 'b',
      event_time: '2026-11-24T09:30:12Z',
      user_id: 'u',
      payload: 7,
    };
    const validate = compileValidator(envelope.describe('b', { type: 'integer' } as never));
    const write = (change: object) =>
      JSON.parse(new TextDecoder().decode(envelope.encode?.({ ...event, ...change }).value));
    expect(validate(write({}))).toBeUndefined();
    expect(validate(write({ payload: 7.5 }))).toMatchObject({ path: '/data' });
    expect(validate(write({ event_type: 'c' }))).toMatchObject({ path: '/type' });
    expect(validate(write({ event_id: '' }))).toMatchObject({ path: '/id' });
    expect(validate(write({ event_time: 'now' }))).toMatchObject({ path: '/time' });
  });

  test('have the user in an attribute, unless it is in the data', () => {
    const event = { event_id: 'a', event_type: 'b', event_time: '', user_id: 'u', payload: { user: 'u' } };
    const names = (user: string) =>
      cloudEvents({ source: 'urn:shop', user, mode: 'binary' })
        .encode?.(event)
        .headers.map(([name]) => name);
    expect(names('/subject')).toContain('ce_subject');
    expect(names('/data/user')).not.toContain('ce_data');
    expect(names('/customer_id')).not.toContain('ce_customer_id');
  });

  test('have no attribute of a user that is null', () => {
    const event = { event_id: 'a', event_type: 'b', event_time: '', user_id: null, payload: {} };
    const { value = null } = cloudEvents(options).encode?.(event) ?? {};
    expect(JSON.parse(String(value && Buffer.from(value)))).not.toHaveProperty('subject');
  });

  test('have the user as their key', () => {
    const event = { event_id: 'a', event_type: 'b', event_time: '', user_id: 'u', payload: null };
    expect(cloudEvents(options).encode?.(event).key).toEqual(toBytes('u'));
    expect(cloudEvents(options).encode?.({ ...event, user_id: null }).key).toBeNull();
  });

  test('have a source without the option', () => {
    const event = { event_id: 'a', event_type: 'b', event_time: '', user_id: null, payload: null };
    const { value = null } = cloudEvents().encode?.(event) ?? {};
    expect(JSON.parse(String(value && Buffer.from(value)))).toMatchObject({ source: '/producer' });
  });
});

test('any JSON data is kept verbatim in both modes', () => {
  fc.assert(
    fc.property(anyJsonText, (json) => {
      expect(open(structured({ data: json }))).toMatchObject({ payloadJson: json.trim() });
      expect(open(binary({}, toBytes(json)))).toMatchObject({ payloadJson: json.trim() });
    }),
  );
});

test('ledgers keep the rule of ids by its text, which never changes', () => {
  expect(cloudEvents().identity).toBe('["cloudevents"]');
});

test('options are checked with the definition', () => {
  const options = { user: 'subject', mode: 'batched', otherMembers: 'drop', source: '' } as never;
  const define = () => defineEvents({ envelope: cloudEvents(options), types: [], unknownTypes: 'store' });
  expect(define).toThrow(DefinitionError);
  expect(cloudEvents(options)).toMatchObject({
    name: 'cloudevents',
    problems: [
      'user: "subject" is not a JSON Pointer such as /a/b',
      'otherMembers: must be one of reject, keep, ignore',
      'mode: must be one of structured, binary',
      'source: must not be empty',
    ],
  });
});

test.each<CloudEventsOptions>([
  ...(['reject', 'keep', 'ignore'] as const).map((otherMembers) => ({ otherMembers })),
  ...(['structured', 'binary'] as const).map((mode) => ({ mode })),
])('the options %j are allowed', (options) => {
  expect(cloudEvents(options).problems).toEqual([]);
});
