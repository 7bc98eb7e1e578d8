import { toBytes, writeEvent } from './event-text.ts';
import { accepted, acceptedText, type InputCase, invalid, refused, rejected, wrong } from './input-case.ts';

/** A page view with these bytes in its path. */
function withBytes(...bytes: readonly number[]): Uint8Array {
  const [before = '', after = ''] = writeEvent({ payload: '{"path":"HERE"}' }).split('HERE');
  return Uint8Array.from([...toBytes(before), ...bytes, ...toBytes(after)]);
}

function utf16(text: string, littleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(2 * text.length);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < text.length; at++) view.setUint16(2 * at, text.charCodeAt(at), littleEndian);
  return bytes;
}

/** A payload that makes the whole event `bytes` long. */
function payloadFor(bytes: number): string {
  const payload = (path: string) => `{"path":"${path}"}`;
  return payload('x'.repeat(bytes - writeEvent({ payload: payload('') }).length));
}

/** Nested arrays; `levels` includes the payload itself. */
function arrays(levels: number): string {
  return `{"path":"/","deep":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;
}

/** Nested objects; `levels` includes the payload itself. */
function objects(levels: number): string {
  return `{"path":"/","deep":${'{"a":'.repeat(levels - 1)}1${'}'.repeat(levels - 1)}}`;
}

const members = ['event_id', 'event_type', 'event_time', 'user_id', 'payload'] as const;

const unreadable: readonly InputCase[] = [
  rejected('empty', 'null', null),
  rejected('empty', 'no bytes', ''),
  rejected('too_large', '1,000,001 bytes', writeEvent({ payload: payloadFor(1_000_001) })),
  accepted('1,000,000 bytes', { payload: payloadFor(1_000_000) }),
];

const notUtf8: readonly InputCase[] = [
  rejected('not_utf8', 'UTF-8: a continuation byte alone', withBytes(0x80)),
  rejected('not_utf8', 'UTF-8: two bytes cut to one', withBytes(0xc3)),
  rejected('not_utf8', 'UTF-8: four bytes cut to three', withBytes(0xf0, 0x9f, 0x98)),
  rejected('not_utf8', 'UTF-8: cut at the end of the record', Uint8Array.from([0x22, 0xe2, 0x82])),
  rejected('not_utf8', 'UTF-8: an overlong slash', withBytes(0xc0, 0xaf)),
  rejected('not_utf8', 'UTF-8: an overlong NUL', withBytes(0xc0, 0x80)),
  rejected('not_utf8', 'UTF-8: an overlong slash of three bytes', withBytes(0xe0, 0x80, 0xaf)),
  rejected('not_utf8', 'UTF-8: an overlong slash of four bytes', withBytes(0xf0, 0x80, 0x80, 0xaf)),
  rejected('not_utf8', 'UTF-8: a high surrogate', withBytes(0xed, 0xa0, 0x80)),
  rejected('not_utf8', 'UTF-8: a low surrogate', withBytes(0xed, 0xb0, 0x80)),
  rejected('not_utf8', 'UTF-8: a surrogate pair (CESU-8)', withBytes(0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80)),
  rejected('not_utf8', 'UTF-8: above U+10FFFF', withBytes(0xf4, 0x90, 0x80, 0x80)),
  rejected('not_utf8', 'UTF-8: bytes that never occur', withBytes(0xfe, 0xff)),
  rejected('not_utf8', 'Latin-1', withBytes(0xe9)),
  rejected('not_utf8', 'UTF-16LE with a byte order mark', utf16(`\ufeff${writeEvent()}`, true)),
  rejected('not_utf8', 'UTF-16BE with a byte order mark', utf16(`\ufeff${writeEvent()}`, false)),
];

const notJson: readonly InputCase[] = [
  rejected('not_json', 'UTF-16LE without a byte order mark', utf16(writeEvent(), true)),
  rejected('not_json', 'a byte order mark', `\ufeff${writeEvent()}`),
  rejected('not_json', 'only white space', ' \t\r\n'),
  rejected('not_json', 'an event cut short', writeEvent().slice(0, -1)),
  rejected('not_json', 'two events', writeEvent() + writeEvent()),
  rejected('not_json', 'a NUL in a string', withBytes(0)),
  rejected('not_json', 'a NUL after the event', `${writeEvent()}\0`),
  rejected('not_json', 'a line feed in a string', withBytes(10)),
  rejected('not_json', 'an escape that JSON does not know', withBytes(...toBytes('\\x41'))),
  rejected('not_json', 'an escape cut short', withBytes(...toBytes('\\u00'))),
  rejected('not_json', 'single quotes', writeEvent().replaceAll('"', "'")),
  rejected('not_json', 'a comma too many', writeEvent().replace(/\}$/, ',}')),
  rejected('not_json', 'a comment', `/* */${writeEvent()}`),
  rejected('not_json', 'a space that is none in JSON', `\u00a0${writeEvent()}`),
  rejected('not_json', '100,000 arrays that never end', '['.repeat(100_000)),
  ...['NaN', 'Infinity', '01', '+1', '.5', '1.', '0x10', '1_000', 'undefined', 'True', ''].map((value) =>
    rejected('not_json', `the value ${value}`, writeEvent({ payload: `{"path":"/","n":${value}}` })),
  ),
];

const notAnEvent: readonly InputCase[] = [
  ...['null', 'true', '42', '1e400', '"text"', '[]', '{}', `[${writeEvent()}]`].map((text) =>
    rejected('not_an_event', `at the top ${text.slice(0, 8)}`, text),
  ),
  rejected('not_an_event', '100,000 arrays', '['.repeat(100_000) + ']'.repeat(100_000)),
  ...members.map((name) =>
    rejected('not_an_event', `no ${name}`, writeEvent().replace(`"${name}":`, '"else":')),
  ),
  ...['else', '', '__proto__', 'constructor', 'Payload'].map((name) =>
    rejected('not_an_event', `one member more: "${name}"`, writeEvent({}, `"${name}":{},`)),
  ),
  ...members.map((name) => wrong(`${name} null`, { [name]: 'null' })),
  ...members.map((name) => wrong(`${name} a number`, { [name]: '1e400' })),
  ...members.map((name) => wrong(`${name} an array`, { [name]: '[]' })),
  wrong('payload a text', { payload: '"{}"' }),
];

const ids: readonly InputCase[] = [
  accepted('event_id in upper case', { event_id: '"0198C5B0-7C1E-7A4F-9D55-3F0E8F6F2B12"' }),
  accepted('event_id of version 4', { event_id: '"9b2f8a53-9d3c-4f0e-8a51-5b9f6f0e7d21"' }),
  accepted('event_id all zeros', { event_id: '"00000000-0000-0000-0000-000000000000"' }),
  accepted('event_id all ones', { event_id: '"ffffffff-ffff-ffff-ffff-ffffffffffff"' }),
  accepted('event_id with an escape', { event_id: '"\\u0030198c5b0-7c1e-7a4f-9d55-3f0e8f6f2b13"' }),
  wrong('event_id empty', { event_id: '""' }),
  wrong('event_id as a URN', { event_id: '"urn:uuid:0198c5b0-7c1e-7a4f-9d55-3f0e8f6f2b11"' }),
  wrong('event_id in braces', { event_id: '"{0198c5b0-7c1e-7a4f-9d55-3f0e8f6f2b11}"' }),
  wrong('event_id without dashes', { event_id: '"0198c5b07c1e7a4f9d553f0e8f6f2b11"' }),
  wrong('event_id with dashes elsewhere', { event_id: '"0198-c5b07c1e-7a4f-9d55-3f0e8f6f2b11"' }),
  wrong('event_id with a g', { event_id: '"0198c5b0-7c1e-7a4f-9d55-3f0e8f6f2b1g"' }),
  wrong('event_id with a line feed after it', { event_id: '"0198c5b0-7c1e-7a4f-9d55-3f0e8f6f2b11\\n"' }),
  wrong('event_id with a full-width digit', { event_id: '"\uff10198c5b0-7c1e-7a4f-9d55-3f0e8f6f2b11"' }),
];

const types: readonly InputCase[] = [
  ...['', 'Purchase', '1st', '_hidden', '__proto__', 'page-view', 'page view', 'page_view\\n'].map((type) =>
    wrong(`event_type "${type}"`, { event_type: `"${type}"` }),
  ),
  wrong('event_type with a NUL', { event_type: '"page_view\\u0000"' }),
  wrong('event_type of 65 characters', { event_type: `"${'a'.repeat(65)}"` }),
  wrong('event_type of 900,000 characters', { event_type: `"${'a'.repeat(900_000)}"` }),
  wrong('event_type of HTML', { event_type: '"<script>alert(1)</script>"' }),
  wrong('event_type of SQL', { event_type: `"'; drop table raw_events; --"` }),
  wrong('event_type from right to left', { event_type: '"\u202epage_view"' }),
  wrong('event_type with a character of no width', { event_type: '"page\u200b_view"' }),
  ...['teleport', 'constructor', 'prototype', 'a'.repeat(64)].map((type) =>
    rejected(
      'unknown_event_type',
      `event_type ${type}`,
      writeEvent({ event_type: `"${type}"` }),
      '/event_type',
    ),
  ),
];

const users: readonly InputCase[] = [
  wrong('user_id empty', { user_id: '""' }),
  wrong('user_id of 257 characters', { user_id: `"${'x'.repeat(257)}"` }),
  wrong('user_id of 257 emoji', { user_id: `"${'😀'.repeat(257)}"` }),
  wrong('user_id of 900,000 characters', { user_id: `"${'x'.repeat(900_000)}"` }),
  wrong('user_id with a high surrogate alone', { user_id: '"a\\ud83d"' }),
  wrong('user_id with a low surrogate alone', { user_id: '"\\ude00a"' }),
  wrong('user_id with a NUL', { user_id: '"a\\u0000b"' }),
  accepted('user_id of one character', { user_id: '"x"' }),
  accepted('user_id of 256 characters', { user_id: `"${'x'.repeat(256)}"` }),
  accepted('user_id of 256 emoji', { user_id: `"${'😀'.repeat(256)}"` }),
  accepted('user_id with an escaped surrogate pair', { user_id: '"\\ud83d\\ude00"' }),
  ...[
    'NULL',
    ' ',
    '{}',
    '{1,2}',
    '=cmd()',
    "'; drop table raw_events; --",
    '<script>alert(1)</script>',
    '$1 %s',
  ].map((user) => accepted(`user_id ${user}`, { user_id: `"${user}"` })),
  ...[
    '\\"',
    '\\\\',
    '\\"payload\\":{}',
    '\\r\\n',
    '\\u001b[31m',
    '\\u001e',
    '\\u202e',
    '\u200b',
    'e\u0301',
  ].map((user) => accepted(`user_id with ${JSON.stringify(user)}`, { user_id: `"a${user}b"` })),
];

const rightTimes = [
  '2026-11-24T09:30:12Z',
  '2026-11-24T09:30:12.3Z',
  '2026-11-24T09:30:12.345678Z',
  '2026-11-24T09:30:12.345678901Z',
  '2026-11-24T09:30:12.123456789012345678901234567890Z',
  '2026-11-24t09:30:12z',
  '2026-11-24T09:30:12+05:30',
  '2026-11-24T09:30:12-00:00',
  '2026-11-24T09:30:12+15:59',
  '2026-11-24T09:30:12-15:59',
  '2000-02-29T00:00:00Z',
  '2024-02-29T23:59:59.999999Z',
  '1900-02-28T00:00:00Z',
  '1969-12-31T23:59:59Z',
  '0001-01-01T00:00:00Z',
  '0004-02-29T00:00:00Z',
  '9999-12-31T23:59:59.999999Z',
];

const wrongTimes = [
  '',
  'now',
  'infinity',
  '-infinity',
  'epoch',
  'tomorrow',
  '1795512612',
  'J2460311',
  '11/24/2026',
  '20261124T093012Z',
  '2026-329T09:30:12Z',
  '2026-11-24',
  '2026-11-24T09:30Z',
  '2026-11-24T09:30:12',
  '2026-11-24 09:30:12Z',
  '2026-11-24T09:30:12 Z',
  ' 2026-11-24T09:30:12Z',
  '2026-11-24T09:30:12Z\\n',
  '2026-11-24T09:30:12.Z',
  '2026-11-24T09:30:12,5Z',
  '2026-11-24T09:30:12+0530',
  '2026-11-24T09:30:12+05',
  '2026-11-24T09:30:12+16:00',
  '2026-11-24T09:30:12+05:60',
  '2026-11-24T09:30:12 Europe/Berlin',
  '2026-11-24T24:00:00Z',
  '2026-11-24T25:00:00Z',
  '2026-11-24T09:60:00Z',
  '2026-12-31T23:59:60Z',
  '2026-00-24T09:30:12Z',
  '2026-13-24T09:30:12Z',
  '2026-11-00T09:30:12Z',
  '2026-11-31T09:30:12Z',
  '2026-02-30T09:30:12Z',
  '2026-02-29T09:30:12Z',
  '1900-02-29T00:00:00Z',
  '2100-02-29T00:00:00Z',
  '0000-01-01T00:00:00Z',
  '0000-02-29T00:00:00Z',
  '10000-01-01T00:00:00Z',
  '-0001-01-01T00:00:00Z',
  '+2026-11-24T09:30:12Z',
  '26-11-24T09:30:12Z',
  '2026-11-24T09:30:12.1234567890123456789012345678901Z',
  '\uff12026-11-24T09:30:12Z',
];

const times: readonly InputCase[] = [
  ...rightTimes.map((time) => accepted(`event_time ${time}`, { event_time: `"${time}"` })),
  ...wrongTimes.map((time) => wrong(`event_time "${time}"`, { event_time: `"${time}"` })),
];

const wrongOnes =
  '"event_id":1,"event_type":{"payload":{}},"event_time":[[]],"user_id":null,"payload":[{"payload":{}}],';

const twice: readonly InputCase[] = [
  accepted('every member twice, the last right', {}, wrongOnes),
  accepted('payload twice, the first not allowed', {}, '"payload":{},'),
  accepted('payload twice, the first too deep', {}, `"payload":${arrays(65)},`),
  accepted('payload twice, the first with a NUL', {}, '"payload":{"path":"\\u0000"},'),
  accepted('payload twice, the first with escapes in its name', {}, '"p\\u0061yload":{"path":"/first"},'),
  acceptedText(
    'payload twice, the last with escapes in its name',
    '{"payload":{"path":"/first"},"event_id":"9b2f8a53-9d3c-4f0e-8a51-000000000001","event_type":"page_view",' +
      '"event_time":"2026-11-24T09:30:12Z","user_id":"payload","\\u0070ayload":{"path":"/last"}}',
    '{"path":"/last"}',
  ),
  acceptedText(
    'white space wherever it may be',
    '\r\n\t {\n"payload"\t:\r { "path" :\t"/" , "n" : [ 1 , 2 ] }\n, "user_id" : "u" , "event_time" : "2026-11-24T09:30:12Z" ,' +
      ' "event_type" : "page_view" , "event_id" : "9b2f8a53-9d3c-4f0e-8a51-000000000002" }\n',
    '{ "path" :\t"/" , "n" : [ 1 , 2 ] }',
  ),
  rejected(
    'not_an_event',
    'payload twice, the last null',
    writeEvent({ payload: 'null' }, '"payload":{},'),
    '/payload',
  ),
  rejected(
    'not_an_event',
    'event_id twice, the last empty',
    writeEvent({ event_id: '""' }, '"event_id":"",'),
    '/event_id',
  ),
];

const invalidPayloads: readonly InputCase[] = [
  invalid('without its path', 'page_view', '{}', ''),
  invalid('with a path in __proto__', 'page_view', '{"__proto__":{"path":"/"}}', ''),
  invalid('with two paths, the last a number', 'page_view', '{"path":"/","path":1}', '/path'),
  invalid('with path null', 'page_view', '{"path":null}', '/path'),
  invalid('with an array for a query', 'search', '{"query":["a"]}', '/query'),
  invalid('of quantity 0', 'add_to_cart', '{"product_id":"p","quantity":0,"price":1}', '/quantity'),
  invalid('of quantity 1.5', 'add_to_cart', '{"product_id":"p","quantity":1.5,"price":1}', '/quantity'),
  invalid('of quantity "1"', 'add_to_cart', '{"product_id":"p","quantity":"1","price":1}', '/quantity'),
  invalid('of price -1', 'add_to_cart', '{"product_id":"p","quantity":1,"price":-1}', '/price'),
  invalid('of amount -1e400', 'purchase', '{"order_id":"o","amount":-1e400,"currency":"EUR"}', '/amount'),
  invalid('in eur', 'purchase', '{"order_id":"o","amount":1,"currency":"eur"}', '/currency'),
  invalid('in EUR\\n', 'purchase', '{"order_id":"o","amount":1,"currency":"EUR\\n"}', '/currency'),
  invalid('to a plan of no name', 'signup', '{"plan":""}', '/plan'),
  invalid('with arrays of 65 levels', 'page_view', arrays(65), ''),
  invalid('with objects of 65 levels', 'page_view', objects(65), ''),
  invalid('with arrays of 1,000 levels', 'page_view', arrays(1_000), ''),
  invalid('with arrays of 100,000 levels', 'page_view', arrays(100_000), ''),
  invalid('with depth in a repeated member', 'page_view', `${arrays(65).slice(0, -1)},"deep":1}`, ''),
];

/** The payload of a page view with an additional member. */
const extra = (text: string) => `{"path":"/","extra":${text}}`;

const payloads: readonly InputCase[] = [
  accepted('page_view', { payload: '{"path":"/products/1","referrer":null}' }),
  accepted('search', { event_type: '"search"', payload: '{"query":"red shoes","results":0}' }),
  accepted('add_to_cart', {
    event_type: '"add_to_cart"',
    payload: '{"product_id":"p-1","quantity":1.0,"price":0}',
  }),
  accepted('purchase', {
    event_type: '"purchase"',
    payload: '{"order_id":"order-7","amount":99.50,"currency":"EUR"}',
  }),
  accepted('purchase of amount 1e400', {
    event_type: '"purchase"',
    payload: '{"order_id":"o","amount":1e400,"currency":"EUR"}',
  }),
  accepted('signup', { event_type: '"signup"', payload: '{"plan":"team"}' }),
  ...[
    '9007199254740993',
    '-0',
    '0.10',
    '1E+2',
    '1e-400',
    '1e131071',
    '1e-16383',
    `1${'0'.repeat(131_071)}`,
  ].map((number) => accepted(`number ${number.slice(0, 20)}`, { payload: extra(number) })),
  ...[
    'null',
    'true',
    '{}',
    '[]',
    '""',
    '[[],{}]',
    '"}{][,:"',
    '"\\"}"',
    '"\\\\"',
    '"\\\\u0000"',
    '"\\/\\b\\f\\n"',
  ].map((value) => accepted(`value ${value}`, { payload: extra(value) })),
  ...[
    '\\ud83d\\ude00',
    '😀',
    '\\ufffe',
    '\uffff',
    '\u2028',
    '\u007f',
    '\\u001e',
    '\u202e',
    '\u200b',
    '<script>',
    "'; --",
    '=cmd()',
  ].map((value) => accepted(`value with ${JSON.stringify(value)}`, { payload: extra(`"a${value}b"`) })),
  ...['', '__proto__', 'constructor', 'payload', '\\u0061', '\\"', 'é', 'e\u0301', 'x'.repeat(10_000)].map(
    (name) => accepted(`member "${name.slice(0, 20)}"`, { payload: `{"path":"/","${name}":{"payload":1}}` }),
  ),
  accepted('a member twice', { payload: '{"path":1,"path":"/"}' }),
  accepted('arrays of 64 levels', { payload: arrays(64) }),
  accepted('objects of 64 levels', { payload: objects(64) }),
  accepted('a string of 900,000 characters', { payload: payloadFor(900_000) }),
  accepted('100,000 members', {
    payload: extra(`{${Array.from({ length: 100_000 }, (_, n) => `"${n}":1`).join(',')}}`),
  }),
];

/** Valid JSON that jsonb cannot hold. */
const refusedPayloads: readonly InputCase[] = [
  refused('a NUL', extra('"a\\u0000b"')),
  refused('a NUL in a name', '{"path":"/","a\\u0000b":1}'),
  refused('a NUL deep inside', extra('[{"a":["\\u0000"]}]')),
  refused('a high surrogate alone', extra('"\\ud83d"')),
  refused('a low surrogate alone', extra('"\\ude00"')),
  refused('a surrogate pair the wrong way round', extra('"\\ude00\\ud83d"')),
  refused('a high surrogate before a letter', extra('"\\ud83da"')),
  refused('a surrogate in a name', '{"path":"/","\\ud83d":1}'),
  ...['1e131072', '-1e131072', '1e-16384', '1e999999999999', `1${'0'.repeat(131_072)}`].map((number) =>
    refused(`number ${number.slice(0, 20)} out of range`, extra(number)),
  ),
];

/**
 * Inputs that are known to break JSON pipelines, each with the expected outcome.
 * Case names are unique, and so are the ids of decodable events.
 */
export const corpus: readonly InputCase[] = [
  ...unreadable,
  ...notUtf8,
  ...notJson,
  ...notAnEvent,
  ...ids,
  ...types,
  ...users,
  ...times,
  ...twice,
  ...invalidPayloads,
  ...payloads,
  ...refusedPayloads,
];
